//! The transport of browsers: `fetch`, in a page, a worker or an extension.
//!
//! Cookies are never sent. A page cannot see where a redirect leads before it is followed, and `fetch` takes headers such as
//! `PRIVATE-TOKEN` along to wherever it leads. So a request with headers of its own follows none; where one comes, the same
//! address is asked once more without these headers, to learn where it leads, and that is given as the redirect's
//! `Location`.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use gloo_net::http::RequestBuilder;
use gloo_timers::callback::Timeout;
use js_sys::{Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, ReadableStreamDefaultReader, RequestCache, RequestCredentials, RequestRedirect, ResponseType,
};
use web_time::{Instant, SystemTime, UNIX_EPOCH};

use super::{Headers, Method, Origin, Request, Response, Transport, TransportError};

/// Headers that say nothing of who asks.
const HARMLESS: [&str; 3] = ["accept", "content-type", "accept-language"];

/// A browser, or whatever else has `fetch`.
#[derive(Clone, Debug)]
pub struct Web {
    start: Instant,
    fetch: Function,
}

impl Web {
    /// The global `fetch` of the page, the worker, the extension or the program that this runs in.
    pub fn new() -> Self {
        let fetch = Reflect::get(&js_sys::global(), &JsValue::from_str("fetch")).unwrap_or_default();
        Self::with_fetch(fetch.unchecked_into())
    }

    /// With this function in the place of `fetch`: it takes a `Request` and gives a promise of a `Response`.
    pub fn with_fetch(fetch: Function) -> Self {
        Self { start: Instant::now(), fetch }
    }
}

impl Default for Web {
    fn default() -> Self {
        Self::new()
    }
}

impl Transport for Web {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let Some(origin) = Origin::of(&request.url) else {
            return Err(TransportError::Other { reason: format!("{} is no address of a web server", request.url) });
        };
        let watch = Watch::new(request.timeout)?;
        let redirect = if has_secret(&request) { RequestRedirect::Manual } else { RequestRedirect::Follow };
        let answer = self.fetch(&request, redirect, &watch, &origin).await?;
        if answer.type_() == ResponseType::Opaqueredirect {
            return self.learn_redirect(&request, &watch, &origin).await;
        }
        if answer.redirected() && Origin::of(&answer.url()).as_ref() != Some(&origin) {
            return Ok(redirect_to(&answer.url()));
        }
        read(answer, &request, &watch).await
    }

    async fn sleep(&self, duration: Duration) {
        gloo_timers::future::sleep(duration).await;
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn unix_seconds(&self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
    }

    fn chance(&self) -> f64 {
        js_sys::Math::random()
    }
}

/// Aborts the request when its time is over, and when it is dropped.
struct Watch {
    controller: AbortController,
    late: Rc<Cell<bool>>,
    _timer: Timeout,
}

impl Watch {
    fn new(timeout: Duration) -> Result<Self, TransportError> {
        let controller = AbortController::new().map_err(|error| other(&error))?;
        let late = Rc::new(Cell::new(false));
        let timer = {
            let (controller, late) = (controller.clone(), Rc::clone(&late));
            Timeout::new(u32::try_from(timeout.as_millis()).unwrap_or(i32::MAX.unsigned_abs()), move || {
                late.set(true);
                controller.abort();
            })
        };
        Ok(Self { controller, late, _timer: timer })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.controller.abort();
    }
}

fn has_secret(request: &Request) -> bool {
    request.headers.iter().any(|(name, _)| !HARMLESS.iter().any(|harmless| harmless.eq_ignore_ascii_case(name)))
}

impl Web {
    async fn fetch(
        &self,
        request: &Request,
        redirect: RequestRedirect,
        watch: &Watch,
        origin: &Origin,
    ) -> Result<gloo_net::http::Response, TransportError> {
        let ready = prepared(request, redirect, watch)?;
        let sent = self.fetch.call1(&JsValue::UNDEFINED, &ready);
        // Whoever replaces `fetch` may as well throw, or give what is no promise.
        let answer = match sent {
            Ok(promise) => JsFuture::from(Promise::resolve(&promise)).await,
            Err(error) => Err(error),
        };
        let answer = answer.map_err(|error| {
            if watch.late.get() {
                return TransportError::TimedOut;
            }
            // A browser does not tell a page more, so that it cannot explore its user's network.
            let said = error.dyn_ref::<js_sys::Error>().map_or_else(String::new, |error| error.message().into());
            let reason = format!("{said} (no connection, or it does not let this page ask)");
            TransportError::Unreachable { host: origin.host().to_owned(), reason: reason.trim_start().to_owned() }
        })?;
        match answer.dyn_into::<web_sys::Response>() {
            Ok(answer) => Ok(answer.into()),
            Err(_) => Err(TransportError::Other { reason: "`fetch` gave no Response".to_owned() }),
        }
    }

    /// Where the address leads that answered with a redirect.
    async fn learn_redirect(
        &self,
        request: &Request,
        watch: &Watch,
        origin: &Origin,
    ) -> Result<Response, TransportError> {
        let bare = Request { method: Method::Get, headers: Vec::new(), body: None, ..request.clone() };
        let answer = self.fetch(&bare, RequestRedirect::Follow, watch, origin).await?;
        if answer.redirected() {
            return Ok(redirect_to(&answer.url()));
        }
        let reason =
            format!("{} sends its callers to another address, and a browser does not say to which", request.url);
        Err(TransportError::Other { reason })
    }
}

fn prepared(request: &Request, redirect: RequestRedirect, watch: &Watch) -> Result<web_sys::Request, TransportError> {
    let mut builder = RequestBuilder::new(&request.url)
        .method(match request.method {
            Method::Get => gloo_net::http::Method::GET,
            Method::Head => gloo_net::http::Method::HEAD,
            Method::Post => gloo_net::http::Method::POST,
            Method::Put => gloo_net::http::Method::PUT,
            Method::Delete => gloo_net::http::Method::DELETE,
        })
        .credentials(RequestCredentials::Omit)
        .cache(RequestCache::NoStore)
        .redirect(redirect)
        .abort_signal(Some(&watch.controller.signal()));
    for (name, value) in &request.headers {
        // The library panics on what a header cannot have.
        if value.bytes().any(|byte| !(byte == b'\t' || (0x20..0x7f).contains(&byte))) {
            return Err(TransportError::Other { reason: format!("the header {name} cannot have this value") });
        }
        builder = builder.header(name, value);
    }
    let ready = match &request.body {
        Some(body) if request.method.has_body() => builder.body(Uint8Array::from(&**body)),
        _ => builder.build(),
    };
    ready.map(Into::into).map_err(|error| TransportError::Other { reason: error.to_string() })
}

fn redirect_to(url: &str) -> Response {
    Response { status: 307, headers: [("location", url)].into_iter().collect(), body: Vec::new(), received: 0 }
}

async fn read(answer: gloo_net::http::Response, request: &Request, watch: &Watch) -> Result<Response, TransportError> {
    let status = answer.status();
    let headers: Headers = answer.headers().entries().collect();
    let mut body = Vec::new();
    if let Some(stream) = answer.body() {
        let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
        loop {
            let piece = match JsFuture::from(reader.read()).await {
                Ok(piece) => piece,
                Err(_) if watch.late.get() => return Err(TransportError::TimedOut),
                Err(_) => return Err(TransportError::CutOff { received: length(&body) }),
            };
            let field = |name: &str| Reflect::get(&piece, &JsValue::from_str(name)).map_err(|error| other(&error));
            if field("done")?.is_truthy() {
                break;
            }
            let piece: Uint8Array = field("value")?.unchecked_into();
            let size = usize::try_from(piece.length()).unwrap_or(usize::MAX);
            if size > request.max_bytes.saturating_sub(body.len()) {
                // Dropping the watch ends the rest of it.
                return Err(TransportError::TooLarge { limit: request.max_bytes });
            }
            let start = body.len();
            body.resize(start + size, 0);
            piece.copy_to(&mut body[start..]);
        }
    }
    // A browser unpacks, and lets a page see the size of the packed body where the server says it beforehand.
    let packed = headers.get("content-length").and_then(|size| size.trim().parse().ok());
    let received = packed.filter(|_| request.method != Method::Head).unwrap_or_else(|| length(&body));
    Ok(Response { status, headers, body, received })
}

fn length(body: &[u8]) -> u64 {
    u64::try_from(body.len()).unwrap_or(u64::MAX)
}

fn other(error: &JsValue) -> TransportError {
    TransportError::Other { reason: format!("the browser says: {error:?}") }
}
