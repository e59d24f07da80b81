//! Extractors one after the other: the order of answers is the order in which they are written.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use crate::error::ApiError;

/// The extractors of a handler, in the order of answers: `Suite<(Acteur, Corps<X>, Precondition, Chemin<Id>)>`.
///
/// actix polls the arguments of a handler together and answers with the first that fails, so that a missing
/// header would win over a missing token whose check waits for the database. Here the next one starts when the
/// previous one has succeeded.
#[derive(Debug)]
pub struct Suite<T>(pub T);

macro_rules! suites {
    ($(($($T:ident),+))+) => {$(
        impl<$($T),+> FromRequest for Suite<($($T,)+)>
        where
            $($T: FromRequest + 'static, ApiError: From<$T::Error>),+
        {
            type Error = ApiError;
            type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

            fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
                let (req, mut payload) = (req.clone(), payload.take());
                Box::pin(async move {
                    Ok(Self(($($T::from_request(&req, &mut payload).await?,)+)))
                })
            }
        }
    )+};
}

suites! {
    (A)
    (A, B)
    (A, B, C)
    (A, B, C, D)
    (A, B, C, D, E)
    (A, B, C, D, E, F)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    struct Lent;
    struct Presse;

    impl FromRequest for Lent {
        type Error = ApiError;
        type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

        fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
            Box::pin(async {
                actix_web::rt::task::yield_now().await;
                Err(ApiError::non_authentifie())
            })
        }
    }

    impl FromRequest for Presse {
        type Error = ApiError;
        type Future = std::future::Ready<Result<Self, ApiError>>;

        fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
            std::future::ready(Err(ApiError::introuvable()))
        }
    }

    #[actix_web::test]
    async fn the_first_written_answers_even_when_it_is_slower() {
        let req = TestRequest::default().to_http_request();
        let suite = Suite::<(Lent, Presse)>::from_request(&req, &mut Payload::None).await;
        assert_eq!(suite.err().map(|e| e.code()), Some("non_authentifie"));
        let suite = Suite::<(Presse, Lent)>::from_request(&req, &mut Payload::None).await;
        assert_eq!(suite.err().map(|e| e.code()), Some("introuvable"));
    }
}
