"""Everything that makes calls happen, as one."""
