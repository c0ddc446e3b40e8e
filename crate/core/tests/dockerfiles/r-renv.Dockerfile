# syntax=docker/dockerfile:1
FROM renku/renkulab-r:4.2.0-0.25.0 as builder
FROM renku/renkulab-r:4.2.0-0.25.0

USER root
ENV RENV_PATHS_CACHE /home/${NB_USER}/.renv/cache
# the script does nothing where there is no lock file
COPY .renv_install.sh renv.lock* /tmp/../tmp/
RUN bash /tmp/.renv_install.sh
COPY --chown=${NB_USER} ["renv.lock", "/home/rstudio/"]

COPY install.R /tmp/
RUN R -f /tmp/install.R
USER ${NB_USER}
COPY --from=builder ${HOME}/.renku/venv ${HOME}/.renku/venv
