# TechSum for batches on a Ray cluster: `docker build -f deploy/ray.Dockerfile -t techsum-ray .`
# The Ray of this image and the one in constraints.txt must be the same.
FROM rayproject/ray:2.60.0-py312
USER root
RUN apt-get update \
 && apt-get install -y --no-install-recommends libgomp1 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/techsum
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY src ./src
RUN pip install --no-cache-dir -c constraints.txt ".[batch,embedded]"
USER ray
