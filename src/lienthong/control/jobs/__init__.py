"""What is done without anybody waiting: jobs enqueued by acts, and duties that come round."""
