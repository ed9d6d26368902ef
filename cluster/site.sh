# shellcheck shell=bash
# What a site sets, in one place: all scripts of this folder read it, and nothing else in them needs a change.
# A variable of the same name in the environment of sbatch wins over what stands here. docs/cluster.md explains them.
# shellcheck disable=SC2034 # These variables are for the scripts that read this file.

# For Slurm, by cluster/submit. Empty: what the script's own #SBATCH lines or the site's defaults say.
DPTRAIN_PARTITION=${DPTRAIN_PARTITION:-}            # sinfo lists them
DPTRAIN_ACCOUNT=${DPTRAIN_ACCOUNT:-}                # who pays
DPTRAIN_QOS=${DPTRAIN_QOS:-}
DPTRAIN_RANKS_PER_NODE=${DPTRAIN_RANKS_PER_NODE:-}  # one rank is one core
DPTRAIN_TIME=${DPTRAIN_TIME:-}                      # 12:00:00

# On the nodes.
DPTRAIN_MODULES=${DPTRAIN_MODULES:-}                # such as "gcc/12 openmpi/4.1": where mpirun is not on the PATH
DPTRAIN_PROGRAM=${DPTRAIN_PROGRAM:-.build/release/dptrain}
DPTRAIN_DATA=${DPTRAIN_DATA:-}                      # empty: data/cifar-10-batches-bin, else synthetic images
DPTRAIN_RUNS=${DPTRAIN_RUNS:-runs}                  # run directories are made here; all nodes must see it

# How ranks are started: mpirun, which passes on a failing rank's own status, or srun, which needs Slurm's pmix plugin.
DPTRAIN_LAUNCHER=${DPTRAIN_LAUNCHER:-mpirun}
DPTRAIN_BIND=${DPTRAIN_BIND:-core}                  # none: where jobs share nodes unconfined

# The cluster's network, such as ib0 or 10.1.0.0/16. Empty: Open MPI tries, and while a job runs listens on, all that the
# hosts have, networks of containers included.
DPTRAIN_INTERFACE=${DPTRAIN_INTERFACE:-}
DPTRAIN_LINK_SECONDS=${DPTRAIN_LINK_SECONDS:-30}    # a host out of reach for so long ends the job
