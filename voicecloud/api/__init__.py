"""EnreachAPI over HTTP: thin handlers, one module per resource."""
