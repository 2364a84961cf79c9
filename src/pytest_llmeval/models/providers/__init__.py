"""Providers: who answers a request, one wire format per file."""
