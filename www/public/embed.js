// Gives the elements of the example their project and commits, from the address of the page.
const parameters = new URLSearchParams(location.search);
const project = parameters.get("project");
const commits = (parameters.get("commits") ?? "").split(",");
for (const [at, element] of document.querySelectorAll("repin-image").entries()) {
  const commit = commits[at % commits.length];
  if (commit) {
    element.setAttribute("commit", commit);
  }
  if (project) {
    element.setAttribute("project", project);
  }
}
