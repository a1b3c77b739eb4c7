"""What is stored: tables, rows, and the rules that writing them follows."""
