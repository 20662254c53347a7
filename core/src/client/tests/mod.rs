mod calls;
mod credentials;
mod login;
mod tokens;
