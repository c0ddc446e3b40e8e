//! Tokens of a registry: what `/jwt/auth` of a GitLab answers.
//!
//! Rules: GitLab's `ContainerRegistryAuthenticationService` and distribution's `auth/token.md`. The one difference: the
//! signature is ES256, not RS256; the registry takes either, clients read neither, and a key of this kind is made at once.

use data_encoding::{BASE32, BASE64URL_NOPAD};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData as _};
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{Error, Result};

/// The name that the registry has for itself, in GitLab and here.
pub const SERVICE: &str = "container_registry";
/// Who signs.
pub(super) const ISSUER: &str = "gitlab-issuer";
/// Seconds that a token is good for: GitLab's `container_registry_token_expire_delay`, 5 minutes.
const LIFETIME: u64 = 300;

/// Who asks for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account<'a> {
    /// Nobody in particular.
    Anonymous,
    /// A user, or the user of a token.
    Known {
        /// The name.
        name: &'a str,
        /// Whether the token may use the registry at all (`read_registry`, `write_registry`, `api`, a job's own).
        registry: bool,
    },
    /// The name or the password is wrong.
    Refused,
}

/// What `/jwt/auth` answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body, in JSON; empty for an unknown service.
    pub body: String,
}

impl Reply {
    fn error(status: u16, code: &str, message: &str) -> Self {
        let body = json!({ "errors": [{ "code": code, "message": message }] }).to_string();
        Self { status, body }
    }
}

/// The key that signs tokens, and the certificate by which a registry knows it.
#[derive(Debug)]
pub struct Signer {
    key: EcdsaKeyPair,
    random: SystemRandom,
    /// `kid` of the tokens' headers.
    id: String,
    certificate: String,
}

impl Signer {
    /// Makes a key.
    ///
    /// # Errors
    /// The system has no randomness.
    pub fn new() -> Result<Self> {
        Self::make().map_err(|error| Error::new(format!("cannot make the key of the registry's tokens: {error}")))
    }

    fn make() -> std::result::Result<Self, rcgen::Error> {
        let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, ISSUER);
        let certificate = params.self_signed(&pair)?.pem();
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pair.serialized_der(), &random)
            .map_err(|_| rcgen::Error::RingUnspecified)?;
        Ok(Self { key, random, id: key_id(&pair.subject_public_key_info()), certificate })
    }

    /// The certificate, in PEM: a registry's `rootcertbundle`.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Answers `GET /jwt/auth?service=…&scope=…`. `scopes` are the values of `scope`, as they come; `allowed` gives the
    /// actions (`pull`, `push`, `delete`, `*`) that the account may do with a repository; `now` is in seconds since 1970.
    ///
    /// The token has the actions that are both asked for and allowed. That none is left is no error: then the token is good
    /// for nothing. Errors are 401 for wrong credentials, 403 for a token that is not for registries and for nobody who asks
    /// for nothing, 404 for a service of another name.
    ///
    /// ```
    /// use repin_sandbox::registry::{Account, Signer};
    /// let signer = Signer::new()?;
    /// let public = |repository: &str| if repository == "group/name" { vec!["pull"] } else { vec![] };
    /// let scope = ["repository:group/name:pull,push"];
    /// let reply = signer.authorize(Account::Anonymous, "container_registry", &scope, public, 1_700_000_000);
    /// assert_eq!(reply.status, 200);
    /// assert!(reply.body.starts_with(r#"{"token":""#));
    /// assert_eq!(signer.authorize(Account::Refused, "container_registry", &scope, public, 0).status, 401);
    /// # Ok::<(), repin_sandbox::Error>(())
    /// ```
    pub fn authorize(
        &self,
        account: Account<'_>,
        service: &str,
        scopes: &[&str],
        allowed: impl Fn(&str) -> Vec<&'static str>,
        now: u64,
    ) -> Reply {
        if service != SERVICE {
            return Reply { status: 404, body: String::new() };
        }
        let scopes: Vec<&str> =
            scopes.iter().flat_map(|scope| scope.split(' ')).filter(|one| !one.is_empty()).collect();
        let name = match account {
            Account::Refused => {
                let message = "HTTP Basic: Access denied. The provided password or token is incorrect or your account has \
                               2FA enabled and you must use a personal access token instead of a password.";
                return Reply::error(401, "UNAUTHORIZED", message);
            }
            Account::Known { registry: false, .. } => return Reply::error(403, "DENIED", "access forbidden"),
            Account::Anonymous if scopes.is_empty() => return Reply::error(403, "DENIED", "access forbidden"),
            Account::Anonymous => "",
            Account::Known { name, .. } => name,
        };
        let access: Vec<Value> = scopes.iter().filter_map(|scope| granted(scope, &allowed)).collect();
        let body = json!({ "token": self.token(name, &Value::Array(access), now) }).to_string();
        Reply { status: 200, body }
    }

    /// A token with this `access`.
    pub(super) fn token(&self, name: &str, access: &Value, now: u64) -> String {
        let header = json!({ "typ": "JWT", "alg": "ES256", "kid": self.id });
        let claims = json!({
            "access": access,
            "jti": self.unique(),
            "aud": SERVICE,
            "sub": name,
            "iss": ISSUER,
            "iat": now,
            "nbf": now.saturating_sub(5),
            "exp": now + LIFETIME,
        });
        let encoded = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let text = format!("{}.{}", encoded(&header), encoded(&claims));
        let signature = self.key.sign(&self.random, text.as_bytes()).expect("the system had randomness for the key");
        format!("{text}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
    }

    fn unique(&self) -> String {
        let mut bytes = [0; 16];
        self.random.fill(&mut bytes).expect("the system had randomness for the key");
        data_encoding::HEXLOWER.encode(&bytes)
    }
}

/// `type:name:action,action`, less what is not allowed; nothing where nothing is left.
fn granted(scope: &str, allowed: &impl Fn(&str) -> Vec<&'static str>) -> Option<Value> {
    let (kind, rest) = scope.split_once(':')?;
    let (name, actions) = rest.rsplit_once(':')?;
    if kind != "repository" {
        return None;
    }
    let may = allowed(name);
    let actions: Vec<&str> = actions.split(',').filter(|action| may.contains(action)).collect();
    (!actions.is_empty()).then(|| json!({ "type": kind, "name": name, "actions": actions }))
}

/// libtrust's name of a key: SHA-256 over its public half in DER, the first 30 bytes in base 32, in groups of four.
fn key_id(public: &[u8]) -> String {
    let digest = Sha256::digest(public);
    let text = BASE32.encode(digest.get(..30).unwrap_or_default());
    let groups: Vec<&str> = (0..text.len()).step_by(4).filter_map(|at| text.get(at..at + 4)).collect();
    groups.join(":")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn allowed(repository: &str) -> Vec<&'static str> {
        match repository {
            "group/name" => vec!["pull", "push", "delete"],
            "group/public" => vec!["pull"],
            _ => vec![],
        }
    }

    /// What a token grants, or the status and the code.
    fn answer(account: Account<'_>, service: &str, scopes: &[&str]) -> String {
        let reply = Signer::new().unwrap().authorize(account, service, scopes, allowed, 1_000);
        if reply.body.is_empty() {
            return reply.status.to_string();
        }
        let body: Value = serde_json::from_str(&reply.body).unwrap();
        let Some(token) = body["token"].as_str() else {
            return format!("{} {}", reply.status, body["errors"][0]["code"].as_str().unwrap());
        };
        let claims = BASE64URL_NOPAD.decode(token.split('.').nth(1).unwrap().as_bytes()).unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!((&claims["aud"], &claims["iss"]), (&json!(SERVICE), &json!(ISSUER)));
        assert_eq!((&claims["nbf"], &claims["exp"]), (&json!(995), &json!(1_300)));
        let access = claims["access"].as_array().unwrap().iter().map(|access| {
            let actions = access["actions"].as_array().unwrap().iter().map(|action| action.as_str().unwrap());
            format!("{}:{}", access["name"].as_str().unwrap(), actions.collect::<Vec<_>>().join(","))
        });
        format!("{:?} {}", claims["sub"].as_str().unwrap(), access.collect::<Vec<_>>().join(" ")).trim_end().to_owned()
    }

    #[test]
    fn a_token_has_what_is_asked_for_and_allowed() {
        let ada = Account::Known { name: "ada", registry: true };
        let no = Account::Known { name: "ada", registry: false };
        for (account, scopes, want) in [
            (ada, &["repository:group/name:pull,push"][..], "\"ada\" group/name:pull,push"),
            (
                ada,
                &["repository:group/name:pull", "repository:group/public:pull,push"],
                "\"ada\" group/name:pull group/public:pull",
            ),
            (
                ada,
                &["repository:group/name:pull repository:group/public:pull"],
                "\"ada\" group/name:pull group/public:pull",
            ),
            (ada, &["repository:group/name:*"], "\"ada\""),
            (ada, &["repository:group/secret:pull"], "\"ada\""),
            (ada, &["registry:catalog:*"], "\"ada\""),
            (ada, &["nonsense"], "\"ada\""),
            (ada, &[], "\"ada\""),
            (no, &["repository:group/name:pull"], "403 DENIED"),
            (Account::Anonymous, &["repository:group/public:pull"], "\"\" group/public:pull"),
            (Account::Anonymous, &[], "403 DENIED"),
            (Account::Refused, &["repository:group/public:pull"], "401 UNAUTHORIZED"),
        ] {
            assert_eq!(answer(account, SERVICE, scopes), want, "{account:?} {scopes:?}");
        }
        assert_eq!(answer(ada, "dependency_proxy", &["repository:group/name:pull"]), "404");
    }

    #[test]
    fn a_key_is_named_as_libtrust_names_it() {
        let id = key_id(b"a key");
        assert_eq!((id.len(), id.split(':').count()), (59, 12));
        assert!(id.split(':').all(|group| group.len() == 4), "{id}");
    }
}
