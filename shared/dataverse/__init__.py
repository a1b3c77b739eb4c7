"""Dataverse: the Web API v9.2 of a Dynamics 365 environment."""
