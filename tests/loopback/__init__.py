"""A server on the loopback interface that speaks the providers' wire formats, for tests and benchmarks."""
