//! Docker's configuration: logins in it, and the helpers that it names.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use docker_credential::{CredentialRetrievalError, DockerCredential, get_credential_from_reader};
use repin_forge::registry::{Login, Reach};

use super::{Around, login};

/// A helper that takes longer waits for a person.
const PATIENCE: Duration = Duration::from_secs(10);
/// No configuration is as long as that.
const LONGEST: u64 = 1 << 20;
/// What docker calls Docker Hub in its configuration.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// The login that docker has for a registry.
pub(super) fn find(registry: &str, around: &Around, passed_over: &mut Vec<String>) -> Option<Login> {
    let path = config(around)?;
    let place = format!("docker's configuration ({})", path.display());
    let file = File::open(&path).ok()?;
    let name = if registry == "docker.io" { DOCKER_HUB.to_owned() } else { registry.to_owned() };
    let (sender, answer) = mpsc::channel();
    // Not joined: a helper may wait for a person for as long as it likes.
    thread::spawn(move || sender.send(get_credential_from_reader(file.take(LONGEST), &name)));
    let why = match answer.recv_timeout(PATIENCE) {
        Ok(Ok(DockerCredential::UsernamePassword(user, password))) if !password.is_empty() => {
            return Some(login(user, password, &place, Reach::Registry));
        }
        // An empty one stands for none.
        Ok(Ok(DockerCredential::UsernamePassword(..)) | Err(CredentialRetrievalError::NoCredentialConfigured)) => {
            return None;
        }
        // What a helper says is not shown: it may be the secret itself. In these words it says that it has none.
        Ok(Err(CredentialRetrievalError::HelperFailure { stdout, stderr, .. }))
            if [&stdout, &stderr].iter().any(|said| said.contains("credentials not found")) =>
        {
            return None;
        }
        Ok(Ok(DockerCredential::IdentityToken(_))) => "has an identity token, which repin cannot use".to_owned(),
        Ok(Err(CredentialRetrievalError::HelperFailure { helper, .. })) => {
            format!("names the helper {helper}, which failed")
        }
        Ok(Err(CredentialRetrievalError::HelperCommunicationError)) => {
            "names a credential helper that cannot be run".to_owned()
        }
        Ok(Err(CredentialRetrievalError::MalformedHelperResponse)) => {
            "names a credential helper whose answer cannot be read".to_owned()
        }
        Ok(Err(CredentialRetrievalError::CredentialMismatchError)) => {
            "has a login whose two forms contradict each other".to_owned()
        }
        Ok(Err(_)) => "cannot be read".to_owned(),
        Err(_) => format!("names a credential helper that did not answer within {} s", PATIENCE.as_secs()),
    };
    passed_over.push(format!("{place} {why}"));
    None
}

/// Its file, where there is one.
fn config(around: &Around) -> Option<PathBuf> {
    let folder = match around.variable("DOCKER_CONFIG") {
        Some(folder) => Path::new(&folder).to_owned(),
        None => around.home.as_ref()?.join(".docker"),
    };
    let path = folder.join("config.json");
    path.is_file().then_some(path)
}
