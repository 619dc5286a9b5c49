"""Who fires: of all the jobs that want to, one."""
