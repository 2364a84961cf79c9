"""What runs on the other side of the wall, on the standard library alone: `python -I -S` sees nothing else."""
