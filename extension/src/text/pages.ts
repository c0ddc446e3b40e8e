/** Every text of the extension's own pages. What comes from strangers goes through `safe`. */
import { safe } from "repin/safe";

export const words = {
  name: "Repin",
  day: (at: number): string => new Date(at).toISOString().slice(0, 16).replace("T", " "),
  failed: (error: unknown): string => `That did not work: ${safe(error instanceof Error ? error.message : String(error))}`,
  openOptions: "Options",
  copy: "Copy image",
  remove: "Remove",
  removeOf: (what: string): string => `Remove ${safe(what)}`,
  openProject: "Open the project",
  closeTab: "Close this tab",

  popup: {
    asking: "Asking the page …",
    again: "Ask the page again",
    thisPage: "This page",
    notRenku: "This is not a page of a Renku that Repin works on.",
    reload: "Repin works on this Renku, but not yet in this tab: reload the page.",
    noPages: "Browsers keep extensions away from this page.",
    noLaunchers: "No launcher is shown here. Open a project of Renku to see what its images are worth.",
    nothingYet: "Launchers are shown, and nothing is known of their images yet.",
    image: (image: string | null): string => (image === null ? "No image yet" : `Starts ${safe(image)}`),
    right: (image: string): string => `Right: ${safe(image)}`,
    changes: "Changes that can be undone",
    change: (before: string, after: string): string => `${safe(before)} became ${safe(after)}`,
    undo: "Undo",
    undoOf: (name: string): string => `Undo the change of ${safe(name)}`,
    undoThere: "To undo it, open its project.",
    undoFailed: "The page could not undo it: open the project, and use the button at the launcher.",
    copies: "Copies left for one session",
    copyOf: (image: string): string => `Made to start ${safe(image)} once.`,
    removeThere: "“Remove override” at the copy removes it.",
    health: "Health",
    interface: "Interface",
    interfaces: { "renku-2": "Renku 2", legacy: "Legacy Renku", other: "A page of Renku without launchers" },
    version: "Version",
    versionOf: (version: string | null, known: boolean): string =>
      `${version === null ? "not said" : safe(version)} (${known ? "known" : "not known"})`,
    launchers: "Launchers",
    launchersOf: (seen: number, attached: number): string => `${seen} seen, ${attached} with Repin's control`,
    problems: "Problems",
    softly: "Repin does not know this version of Renku's pages, so that its control may be missing there. Its answers can be pasted from here.",
    copyAnswers: "Copy the answers",
    answer: (name: string, badge: string, right: string | null): string =>
      `${safe(name)}: ${safe(badge)}${right === null ? "" : ` (right: ${safe(right)})`}`,
    copyReport: "Copy report",
    reportHint: "For a bug report: without tokens, names of people, projects and images.",
  },

  renku: {
    address: "Address of a Renku",
    example: "renku.example.org",
    work: "Work on this Renku …",
    why: (host: string): string =>
      `Repin then shows on the pages of ${safe(host)} what its launchers' images are worth. It reads nothing else there, and your browser asks you first.`,
    done: (host: string): string => `Repin works on ${safe(host)} from now on: reload the page.`,
    already: (host: string): string => `Repin works on ${safe(host)} anyway.`,
    denied: (host: string): string => `Without your permission, Repin does nothing on ${safe(host)}.`,
    wrong: "This is no address of a Renku: it looks like https://renku.example.org.",
  },

  gitlab: {
    address: "Address of a GitLab",
    example: "gitlab.example.org",
    allow: "Allow access to this GitLab …",
    allowOf: (host: string): string => `Allow access to ${safe(host)} …`,
    why: (host: string): string =>
      `Repin wants to ask ${safe(host)}. Most GitLabs answer every page that asks; others, and all registries of images, answer Repin only if your browser permits it. Repin then reads from there, without your cookies, and changes nothing.`,
    done: (host: string): string => `Repin may ask ${safe(host)} now. Back on Renku's page, press “Look again”.`,
    denied: (host: string): string => `Without your permission, Repin does not ask ${safe(host)}.`,
    wrong: "This is no address of a GitLab: it looks like https://gitlab.example.org.",
  },

  registry: {
    why: (hosts: string): string =>
      `To tag an image, Repin asks ${safe(hosts)}: the registry of the image, and the GitLab that lets people in there. It goes there with your token, and changes nothing but what you confirm on Renku's page.`,
    done: (hosts: string): string => `Repin may ask ${safe(hosts)} now. Back on Renku's page, press “Tag it for this commit …” again.`,
    denied: (hosts: string): string => `Without your permission, Repin does not ask ${safe(hosts)}.`,
  },

  signIn: {
    why: (host: string): string =>
      `For private projects on ${safe(host)}, Repin needs an access token of yours. It is tested now, kept in this browser for ${safe(host)} alone, and sent nowhere else. Public projects need none.`,
    make: (host: string): string => `Make a token on ${safe(host)}`,
    scope: "It needs the scope read_api, and no more; to tag images in the registry, read_registry and write_registry as well.",
    token: "Access token",
    keep: "Test and keep",
    testing: "Testing …",
    done: (host: string): string => `The token works and is kept for ${safe(host)}. Back on Renku's page, press “Look again”.`,
    wrong: {
      form: "This is no token: a token has no spaces and no special characters.",
      refused: (host: string): string => `${safe(host)} refuses this token: it is wrong, revoked or too old.`,
      scopes: (scopes: string): string =>
        scopes === ""
          ? "The token's scopes are too few: read_api is needed."
          : `The token's scopes are too few: it has ${safe(scopes)}, and read_api is needed.`,
      silent: (host: string): string => `${safe(host)} does not answer, or not to extensions. Perhaps it does once you allow access to it.`,
      other: (host: string): string => `${safe(host)} does not answer as a GitLab does.`,
    },
  },

  permit: {
    titles: {
      renku: "Another Renku",
      gitlab: "Access to a GitLab",
      "sign-in": "Sign in to a GitLab",
      registry: "Access to a registry",
    },
    unclear: "This page asks for a permission when Repin needs one. Nothing is needed now.",
  },

  options: {
    title: "Options of Repin",
    renkus: "Renku hosts",
    renkusWhy: "Repin works on renkulab.io. Further Renkus are asked for one by one.",
    noRenkus: "No further ones.",
    notPermitted: "not permitted by your browser",
    gitlabs: "GitLabs that answer only with a permission",
    gitlabsWhy: "Most GitLabs answer everybody's pages and need none. Repin asks for the others when it meets them.",
    noGitlabs: "None.",
    signIn: "Sign-in",
    signInWhy: "For private projects only. A token is kept in this browser for its GitLab alone.",
    noTokens: "No tokens are kept.",
    kinds: { private: "access token", bearer: "by Renku's connection" },
    until: (at: number | null): string => (at === null ? "" : `until ${words.day(at)}`),
    signInTo: "Sign in …",
    removed: (host: string): string => `${safe(host)} is removed.`,
    forget: "Forget everything",
    forgetWhy: "Tokens, hosts with their permissions, changes that could be undone, chosen repositories, and what was read from GitLabs.",
    forgotten: "Everything is forgotten.",
  },

  welcome: {
    title: "Repin: the right image for Renku",
    sentences: [
      "A session in Renku starts from an image, and that image may have been built from older code than the project has now.",
      "At every launcher of a project, Repin says whether its image is right for the code.",
      "If it is not, “Override image” starts a session in another one, for once or from now on.",
    ],
    picture: "A launcher on a project's page. Below its name: stale: requirements.txt changed 12 commits ago. Beside it the button “Override image”.",
    launcher: "Analysis",
    badge: "stale: requirements.txt changed 12 commits ago",
    button: "Override image",
    start: "Open renkulab.io",
    more: "Other Renkus, and sign-in for private projects: in the options.",
  },
} as const;
