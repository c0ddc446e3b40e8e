//! HTTP on 127.0.0.1: a thread with a runtime of its own.

use std::error::Error as StdError;
use std::io;
use std::net::{self, SocketAddr};
use std::thread::JoinHandle;
use std::time::Duration;

use hyper::body::{Body, Incoming};
use hyper::service::Service;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::{Error, Result};

/// A server, until it is dropped.
pub(crate) struct Listening {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Listening {
    /// Starts to answer on a port; 0 takes a free one. `name` says in errors what it is, and `service` is made for the address.
    ///
    /// # Errors
    /// The port is taken, or a thread cannot be started.
    pub(crate) fn start<S, B>(name: &str, port: u16, service: impl FnOnce(SocketAddr) -> S) -> Result<Self>
    where
        S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
        S::Future: Send,
        S::Error: Into<Box<dyn StdError + Send + Sync>>,
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        let failed = |error: io::Error| Error::new(format!("cannot start {name} on port {port}: {error}"));
        let listener = net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let service = service(address);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            runtime.block_on(async move {
                tokio::select! {
                    _ = stopped => {}
                    () = accept(listener, service) => {}
                }
            });
            runtime.shutdown_timeout(Duration::from_secs(1));
        });
        Ok(Self { address, stop: Some(stop), thread: Some(thread.map_err(failed)?) })
    }

    /// Where it is.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

async fn accept<S, B>(listener: net::TcpListener, service: S)
where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let listener = TcpListener::from_std(listener).expect("the runtime has a reactor and the socket does not block");
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                stream.set_nodelay(true).ok();
                let connection =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service.clone());
                // It ends with an error when the client goes away or a fault cuts it.
                drop(tokio::spawn(async { drop(connection.await) }));
            }
            // Too many open files, for instance: the next one may do.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}
