//! A folder of static files, served as any web server would, for pages to be looked at by browsers.
//!
//! It adds nothing to what the files are but the type of each, the word that a copy may be kept and has to be asked about, and, as
//! hosts of static pages do, the permission to use them on other pages. A page under test has its own policies.

use std::path::Path;

use hyper::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, HeaderValue};
use hyper_util::service::TowerToHyperService;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeader;

use crate::listen::Listening;
use crate::{Error, Result};

/// A site on 127.0.0.1, until it is dropped.
pub struct Site {
    url: String,
    _listening: Listening,
}

impl Site {
    /// Serves `folder`, whose files are read when they are asked for. Port 0 takes a free one.
    ///
    /// # Errors
    /// There is no such folder, the port is taken, or a thread cannot be started.
    ///
    /// ```
    /// # let dir = std::env::temp_dir().join(format!("repin-site-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&dir).expect("it can be made");
    /// use repin_sandbox::site::Site;
    /// let site = Site::start(&dir, 0)?;
    /// println!("{}/index.html", site.url());
    /// # std::fs::remove_dir_all(&dir).ok();
    /// # Ok::<(), repin_sandbox::Error>(())
    /// ```
    pub fn start(folder: &Path, port: u16) -> Result<Self> {
        if !folder.is_dir() {
            return Err(Error::new(format!("there is no folder {} to serve", folder.display())));
        }
        let (no_cache, all) = (HeaderValue::from_static("no-cache"), HeaderValue::from_static("*"));
        let files = SetResponseHeader::overriding(ServeDir::new(folder), CACHE_CONTROL, no_cache);
        let files = SetResponseHeader::overriding(files, ACCESS_CONTROL_ALLOW_ORIGIN, all);
        let listening = Listening::start("the site", port, |_| TowerToHyperService::new(files))?;
        Ok(Self { url: format!("http://{}", listening.address()), _listening: listening })
    }

    /// Its address, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Site").field("url", &self.url).finish_non_exhaustive()
    }
}
