"""A JupyterHub for a class, on one Linux machine: each student is an account of the system, with a home that only they can open.

site/classroom.md says how to use it and what it costs. `make test-hub` starts this very file and tries to break in.
"""

import os
import pwd
import sys
from pathlib import Path

c = get_config()  # noqa: F821

HERE = Path(sys.executable).parent  # the environment that has JupyterHub has the course too
IDLE = 3600  # seconds after which a server that nobody uses is stopped; notebooks are kept

# Where it listens. Students type passwords: put HTTPS before it, a proxy of yours or c.JupyterHub.ssl_key and ssl_cert.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"

# Who may come in: accounts of this machine in the group `students`, by their password (PAM).
c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.allowed_groups = {"students"}

# Each server runs as its student. What the hub and the servers write is closed to all other accounts.
c.JupyterHub.spawner_class = "localprocess"
os.umask(0o077)


def close_home(spawner):
    os.chmod(pwd.getpwnam(spawner.user.name).pw_dir, 0o700)


c.Spawner.pre_spawn_hook = close_home
c.Spawner.cmd = [str(HERE / "jupyterhub-singleuser")]
# Kernels talk through files in the closed home. By default they use ports, and what they print is sent to whoever asks there.
c.Spawner.args = ["--KernelManager.transport=ipc"]
c.Spawner.default_url = "/lab"
# One thread for each kernel: quicker at the course's sizes, and fairer.
c.Spawner.environment = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

# Servers that nobody uses are stopped.
c.JupyterHub.services = [
    {"name": "idle-culler", "command": [sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={IDLE}"]},
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    },
]
