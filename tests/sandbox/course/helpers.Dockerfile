
# the course's own functions
COPY helpers /opt/course/helpers
ENV PYTHONPATH=/opt/course
