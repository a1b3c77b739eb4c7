"""Entra ID: tokens out."""
