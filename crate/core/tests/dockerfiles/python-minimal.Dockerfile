# For finding latest versions of the base image see
# https://github.com/SwissDataScienceCenter/renkulab-docker
ARG RENKU_BASE_IMAGE=renku/renkulab-py:3.10-0.25.0

# The version of the command line client that the sessions get
ARG RENKU_VERSION=2.9.4

FROM ${RENKU_BASE_IMAGE} as builder
ARG RENKU_VERSION
RUN if [ -n "$RENKU_VERSION" ] ; then \
        currentversion=$(renku --version) ; \
        # already there?
        if [ "$RENKU_VERSION" != "$currentversion" ] ; then \
            pipx install --force renku==${RENKU_VERSION} ; \
        fi ; \
    fi

FROM ${RENKU_BASE_IMAGE}

# install the python dependencies
COPY requirements.txt environment.yml /tmp/
RUN mamba env update -q -f /tmp/environment.yml && \
    /opt/conda/bin/pip install -r /tmp/requirements.txt --no-cache-dir && \
    mamba clean -y --all && \
    mamba env export -n "root" && \
    rm -rf ${HOME}/.renku/venv

# COPY src /code/src

COPY --from=builder ${HOME}/.renku/venv ${HOME}/.renku/venv
