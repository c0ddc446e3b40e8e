FROM renku/renkulab-julia:1.9.0-0.25.0

# Uncomment and adapt if code is to be included in the image
# COPY src /code/src

USER root
RUN apt-get update && apt-get install -y --no-install-recommends \
      vim \
 && rm -rf /var/lib/apt/lists/*
USER ${NB_USER}

COPY requirements.txt environment.yml /tmp/
RUN mamba env update -q -f /tmp/environment.yml && \
    /opt/conda/bin/pip install -r /tmp/requirements.txt

ENV JULIA_PROJECT=/opt/julia
# the manifest must be there, even if it is empty
COPY Project.toml Manifest.toml ${JULIA_PROJECT}/
RUN julia -e 'using Pkg; Pkg.instantiate(); for d in Pkg.dependencies() println(d) end'
