"""The dashboard: reads one audience's releases and shows them. It computes no published number."""
