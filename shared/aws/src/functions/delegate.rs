//! Implements all ports of a function for one struct, by forwarding to its members.

/// Implements the named ports for a struct by forwarding to its members `tables`, `queue`,
/// `topics`, `bucket` and `directory`, and to the machine's clock.
macro_rules! delegate {
    ($whole:ty: $($port:ident),+) => {
        $(delegate!(@$port $whole);)+
    };
    (@Table $whole:ty) => {
        impl port::Table for $whole {
            async fn keep(
                &self,
                place: port::TableKind,
                row: port::Row,
                keep: port::Keep,
            ) -> Result<port::KeepOutcome, port::Trouble> {
                self.tables.keep(place, row, keep).await
            }

            async fn keep_all(
                &self,
                place: port::TableKind,
                rows: Vec<port::Row>,
            ) -> Result<(), port::Trouble> {
                self.tables.keep_all(place, rows).await
            }

            async fn replace(
                &self,
                place: port::TableKind,
                row: port::Row,
                seen: u64,
            ) -> Result<bool, port::Trouble> {
                self.tables.replace(place, row, seen).await
            }

            async fn query(
                &self,
                place: port::TableKind,
                pk: &str,
                span: &port::KeyRange,
            ) -> Result<Vec<port::Row>, port::Trouble> {
                self.tables.query(place, pk, span).await
            }

            async fn latest(
                &self,
                place: port::TableKind,
                pk: &str,
                span: &port::KeyRange,
                most: usize,
            ) -> Result<Vec<port::Row>, port::Trouble> {
                self.tables.latest(place, pk, span, most).await
            }
        }
    };
    (@Queue $whole:ty) => {
        impl port::Queue for $whole {
            async fn send(&self, body: String, delay: u32) -> Result<(), port::Trouble> {
                self.queue.send(body, delay).await
            }

            async fn send_behind(&self, body: String, delay: u32) -> Result<(), port::Trouble> {
                self.queue.send_behind(body, delay).await
            }
        }
    };
    (@Topic $whole:ty) => {
        impl port::Topic for $whole {
            async fn publish(&self, notice: port::Notice) -> Result<(), port::Trouble> {
                self.topics.publish(notice).await
            }
        }
    };
    (@Subscribers $whole:ty) => {
        impl port::Subscribers for $whole {
            async fn subscribers(
                &self,
                token: Option<&str>,
            ) -> Result<port::SubscriptionPage, port::Trouble> {
                self.topics.subscribers(token).await
            }
        }
    };
    (@Bucket $whole:ty) => {
        impl port::Bucket for $whole {
            async fn get(
                &self,
                key: &str,
                known: Option<&str>,
            ) -> Result<port::StoredObject, port::Trouble> {
                self.bucket.get(key, known).await
            }

            async fn list(&self, prefix: &str) -> Result<Vec<(String, String)>, port::Trouble> {
                self.bucket.list(prefix).await
            }

            async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), port::Trouble> {
                self.bucket.put(key, bytes).await
            }

            async fn delete(&self, key: &str) -> Result<(), port::Trouble> {
                self.bucket.delete(key).await
            }
        }
    };
    (@Directory $whole:ty) => {
        impl port::Directory for $whole {
            async fn groups_of(
                &self,
                account: AccountId,
                user_name: &str,
            ) -> Result<port::GroupsNow, port::Trouble> {
                self.directory.groups_of(account, user_name).await
            }

            async fn store_groups_of(
                &self,
                place: &port::CenterPlace,
                user: &str,
                groups: &[String],
            ) -> Result<port::StoreGroupsNow, port::Trouble> {
                self.directory.store_groups_of(place, user, groups).await
            }

            async fn details(
                &self,
                account: AccountId,
            ) -> Result<rolewatch_guard::roster::Snapshot, port::Trouble> {
                self.directory.details(account).await
            }

            async fn setup(&self, account: AccountId) -> Result<String, port::Trouble> {
                self.directory.setup(account).await
            }
        }
    };
    (@Clock $whole:ty) => {
        impl port::Clock for $whole {
            fn now(&self) -> rolewatch_guard::moment::Moment {
                crate::clock::SystemClock.now()
            }
        }
    };
}

pub(super) use delegate;
