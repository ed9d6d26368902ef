# shellcheck shell=bash
# Settings of Open MPI 4 that keep a job from hanging. The batch scripts read this file; before an mpirun by hand:
#
#   source cluster/openmpi.sh
#
# What the environment sets already stays.
# shellcheck source=cluster/site.sh
source "$(dirname "${BASH_SOURCE[0]}")/site.sh"

# mpirun talks to a daemon on each host. By default it notices after some eight minutes at the earliest that one is out of
# reach. With these settings the kernel asks after half of the time and three more times, and then mpirun ends the job.
: "${OMPI_MCA_oob_tcp_keepalive_time:=$(((DPTRAIN_LINK_SECONDS + 1) / 2))}"
: "${OMPI_MCA_oob_tcp_keepalive_intvl:=$(((DPTRAIN_LINK_SECONDS + 5) / 6))}"
: "${OMPI_MCA_oob_tcp_keepalive_probes:=3}"
export OMPI_MCA_oob_tcp_keepalive_time OMPI_MCA_oob_tcp_keepalive_intvl OMPI_MCA_oob_tcp_keepalive_probes

if [ -n "$DPTRAIN_INTERFACE" ]; then
  export OMPI_MCA_oob_tcp_if_include=$DPTRAIN_INTERFACE OMPI_MCA_btl_tcp_if_include=$DPTRAIN_INTERFACE
fi
