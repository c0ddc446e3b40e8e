
# dot, for the graphs of week 3
USER root
RUN apt-get update && apt-get install -y --no-install-recommends graphviz
USER ${NB_USER}
