"""The local run: every process of it started, watched and stopped by one."""
