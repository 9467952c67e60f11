//! Rows about files, programs and machines.

use super::{CONTAINER, DEFAULT, INSTANCE, KEYS, NONE, Setup};

pub fn of_files() -> Vec<Setup> {
    vec![
        Setup {
            name: "a profile as the CLI writes it",
            environment: &[("AWS_PROFILE", "my work")],
            config: "[profile 'my work']\naws_access_key_id = WORK\naws_secret_access_key = s\n",
            identity: Some("WORK"),
            ..NONE
        },
        Setup {
            name: "a profile with a blank in the credentials file",
            environment: &[("AWS_PROFILE", "my work")],
            credentials: "[my work]\naws_access_key_id = WORK\naws_secret_access_key = s\n",
            identity: Some("WORK"),
            ..NONE
        },
        Setup {
            name: "a section of the config file that is no profile",
            environment: &[("AWS_PROFILE", "work"), CONTAINER],
            config: "[work]\naws_access_key_id = WORK\naws_secret_access_key = s\n",
            ..NONE
        },
        Setup {
            name: "line ends of Windows",
            credentials: "[default]\r\naws_access_key_id = DEFAULT\r\naws_secret_access_key = s\r\n",
            identity: Some("DEFAULT"),
            ..NONE
        },
        Setup {
            name: "a byte order mark",
            credentials: "\u{feff}[default]\naws_access_key_id = DEFAULT\naws_secret_access_key = s\n",
            differs: Some(("it does no harm, and Notepad writes it", Some("DEFAULT"))),
            ..NONE
        },
        Setup {
            name: "the credentials file goes before the config file",
            config: "[default]\naws_access_key_id = CONFIG\naws_secret_access_key = s\n",
            credentials: DEFAULT,
            identity: Some("DEFAULT"),
            ..NONE
        },
        Setup {
            name: "keys of the config file alone",
            config: "[default]\naws_access_key_id: CONFIG\naws_secret_access_key: s\n",
            identity: Some("CONFIG"),
            ..NONE
        },
        Setup {
            name: "a home in the path of a file",
            environment: &[("AWS_SHARED_CREDENTIALS_FILE", "~/credentials")],
            credentials: DEFAULT,
            identity: Some("DEFAULT"),
            ..NONE
        },
        Setup {
            name: "a variable in the path of a file",
            environment: &[("AWS_CONFIG_FILE", "$HOME/config")],
            config: "[default]\naws_access_key_id = CONFIG\naws_secret_access_key = s\n",
            identity: Some("CONFIG"),
            ..NONE
        },
        Setup {
            name: "files that do not exist",
            environment: &[
                KEYS[0],
                KEYS[1],
                ("AWS_CONFIG_FILE", "/nowhere/config"),
                ("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials"),
            ],
            identity: Some("ENV"),
            ..NONE
        },
        Setup {
            name: "an empty path of a file",
            environment: &[("AWS_SHARED_CREDENTIALS_FILE", "")],
            credentials: DEFAULT,
            ..NONE
        },
        Setup {
            name: "a section that stands twice, beside keys",
            environment: &KEYS,
            config: "[default]\nregion = us-east-1\n[default]\noutput = json\n",
            ..NONE
        },
        Setup {
            name: "a line that is nothing",
            credentials: "[default]\naws_access_key_id DEFAULT\n",
            ..NONE
        },
        Setup {
            name: "a setting that stands twice",
            credentials: "[default]\naws_access_key_id = DEFAULT\naws_secret_access_key = s\n\
                aws_secret_access_key = t\n",
            ..NONE
        },
        Setup {
            name: "settings of a service, one of them none, beside keys",
            environment: &KEYS,
            config: "[default]\ns3 =\n  addressing_style = path\n  other\n",
            ..NONE
        },
        Setup {
            name: "settings of a service",
            config: "[default]\naws_access_key_id = CONFIG\ns3 =\n  addressing_style = path\n\n\
                AWS_SECRET_ACCESS_KEY = s\n",
            identity: Some("CONFIG"),
            ..NONE
        },
        Setup {
            name: "the default profile under its whole name",
            config: "[profile default]\naws_access_key_id = CONFIG\naws_secret_access_key = s\n",
            identity: Some("CONFIG"),
            ..NONE
        },
        Setup {
            name: "comments",
            credentials: "; one\n[default] # two\n# three\naws_access_key_id = DEFAULT\n  ; four\n\
                aws_secret_access_key = s\n",
            identity: Some("DEFAULT"),
            ..NONE
        },
        Setup {
            name: "a comment after a value",
            credentials: "[default]\naws_access_key_id = DEFAULT # mine\naws_secret_access_key = s\n",
            identity: Some("DEFAULT # mine"),
            differs: Some(("AWS documents such comments, and its SDKs read them", Some("DEFAULT"))),
            ..NONE
        },
        Setup {
            name: "a key on a line that goes on",
            credentials: "[default]\naws_access_key_id = DEFAULT\n  aws_secret_access_key = s\n",
            ..NONE
        },
    ]
}

pub fn of_programs() -> Vec<Setup> {
    vec![
        Setup {
            name: "a program",
            config: "[default]\ncredential_process = /bin/sh {dir}/program good\n",
            identity: Some("PROGRAM"),
            ..NONE
        },
        Setup {
            name: "keys of the credentials file go before a program",
            config: "[default]\ncredential_process = /bin/sh {dir}/program good\n",
            credentials: DEFAULT,
            identity: Some("DEFAULT"),
            ..NONE
        },
        Setup {
            name: "a program goes before keys of the config file",
            config: "[default]\naws_access_key_id = CONFIG\naws_secret_access_key = s\n\
                credential_process = /bin/sh {dir}/program good\n",
            identity: Some("PROGRAM"),
            ..NONE
        },
        Setup {
            name: "a program with a variable",
            config: "[default]\ncredential_process = /bin/sh $HOME/program good\n",
            differs: Some(("AWS's SDKs for Go and Rust run it through a shell", Some("PROGRAM"))),
            ..NONE
        },
        Setup {
            name: "a program that writes nothing",
            environment: &[CONTAINER],
            config: "[default]\ncredential_process = /bin/true\n",
            ..NONE
        },
        Setup {
            name: "a program in the credentials file",
            profile: Some("p"),
            credentials: "[p]\ncredential_process = /bin/sh \"{dir}/program\" good\n",
            identity: Some("PROGRAM"),
            ..NONE
        },
        Setup {
            name: "a program that fails",
            environment: &[CONTAINER],
            config: "[default]\ncredential_process = /bin/sh {dir}/program bad\n",
            ..NONE
        },
        Setup {
            name: "a program that does not exist",
            environment: &[CONTAINER],
            config: "[default]\ncredential_process = /nowhere\n",
            ..NONE
        },
        Setup {
            name: "a program of another version",
            config: "[default]\ncredential_process = /bin/echo '{\"Version\": 2}'\n",
            ..NONE
        },
        Setup {
            name: "a program whose credentials have expired",
            environment: &[CONTAINER],
            config: "[default]\ncredential_process = /bin/sh {dir}/program expired\n",
            ..NONE
        },
        Setup {
            name: "a program whose credentials expire at no time",
            environment: &[CONTAINER],
            config: "[default]\ncredential_process = /bin/sh {dir}/program empty\n",
            ..NONE
        },
        Setup {
            name: "a role with the credentials of a program",
            environment: &[("AWS_PROFILE", "hub")],
            config: "[profile base]\ncredential_process = /bin/sh {dir}/program good\n[profile hub]\n\
                role_arn = arn:aws:iam::111122223333:role/hub\nsource_profile = base\n",
            identity: Some("hub-of-PROGRAM"),
            ..NONE
        },
    ]
}

pub fn of_machines() -> Vec<Setup> {
    vec![
        Setup {
            name: "a container",
            environment: &[CONTAINER],
            identity: Some("CONTAINER"),
            ..NONE
        },
        Setup {
            name: "a container goes before the instance",
            environment: &[CONTAINER, INSTANCE[0], INSTANCE[1]],
            identity: Some("CONTAINER"),
            ..NONE
        },
        Setup {
            name: "a container on a foreign host, on an instance",
            environment: &[
                ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://192.0.2.1/container"),
                INSTANCE[0],
                INSTANCE[1],
            ],
            ..NONE
        },
        Setup {
            name: "a container without address",
            environment: &[("AWS_CONTAINER_CREDENTIALS_FULL_URI", ""), INSTANCE[0], INSTANCE[1]],
            ..NONE
        },
        Setup {
            name: "a container whose token file is missing",
            environment: &[CONTAINER, ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "{dir}/none")],
            ..NONE
        },
        Setup {
            name: "a container with a line break in its token",
            environment: &[CONTAINER, ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "a\nb")],
            ..NONE
        },
        Setup {
            name: "a container that has nothing",
            environment: &[("AWS_CONTAINER_CREDENTIALS_FULL_URI", "{url}/empty")],
            ..NONE
        },
        Setup { name: "an instance", environment: &INSTANCE, identity: Some("INSTANCE"), ..NONE },
        Setup {
            name: "an instance that must not be asked",
            environment: &[("AWS_EC2_METADATA_DISABLED", "true"), INSTANCE[1]],
            ..NONE
        },
    ]
}
