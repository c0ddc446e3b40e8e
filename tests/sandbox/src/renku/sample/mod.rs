//! What is there at the start: projects whose launchers are every case that a person can meet.
//!
//! Most of it is over `ada/spring`: the [course](crate::course()) before R was added, when its head still had a right image, and
//! with the pin taken away in a last commit that no image is built from.
//!
//! | project | repositories | what it shows |
//! |---|---|---|
//! | `ada/course` | `ada/spring` | launchers of every kind, each named after its case |
//! | `ada/two` | `ben/course`, `ada/course` | two repositories, of which one has images |
//! | `ada/unbuilt` | `ada/course` | no image is right: every build since R was added failed |
//! | `ada/members` | `ada/members` | everybody reads the code, and only members the tags |
//! | `ada/drafts` | `ada/drafts` | a private project |
//! | `ada/github` | on GitHub | no project of a GitLab |
//! | `ada/none`, `ada/empty` | none | no code repository; no launcher |
//! | `ada/many` | `ada/spring` | fifty launchers |
//! | `ben/course` | `ada/spring` | the person may not change anything |
//! | `eve/hostile` | `eve/hostile` | texts that try to be more than texts |

mod gitlab;
mod world;

pub use gitlab::projects;
pub(crate) use world::world;

/// The course before R was added.
pub const SPRING: &str = "ada/spring";
/// The same, with a registry that only its members read.
const MEMBERS: &str = "ada/members";
/// A tag that has the form of a commit's and is none's.
const NOBODYS: &str = "0ddba11";
/// The commit of which its head has the image, by its title.
const RIGHT: &str = "Week 7: Speed";
