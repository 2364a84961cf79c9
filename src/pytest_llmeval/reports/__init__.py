"""Reports: lines for screens and pages, made from the numbers of `analysis`."""
