"""Settings of the process, and the few types that they are made of; nothing here loads more than itself."""
