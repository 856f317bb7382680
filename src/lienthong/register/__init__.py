"""Who people are: reader, writer, population generator."""
