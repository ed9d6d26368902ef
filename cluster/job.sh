# shellcheck shell=bash
# What the batch scripts have in common. They read this file in the repository's folder and end with:
#
#   run_job DIRECTORY [COMMAND] [flags of dptrain]
#
# It starts dptrain on all ranks, tells it to stop when Slurm tells the job, goes on with what the run directory holds, and
# ends with dptrain's status, or puts the job back into the queue.
# shellcheck source=cluster/openmpi.sh
source cluster/openmpi.sh

# How often a job may go back into the queue by itself.
DPTRAIN_REQUEUES=${DPTRAIN_REQUEUES:-0}

# Statuses that another start cures: 75, dptrain was told to stop and has a checkpoint; 76, it missed a rank; 205, mpirun
# lost a host.
curable_statuses=(75 76 205)

say() { echo "$(date '+%F %T') $SLURM_JOB_NAME: $*"; }

run_job() {
  local directory=$1
  shift
  load_modules
  if ! [ -x "$DPTRAIN_PROGRAM" ]; then
    say "there is no program at $DPTRAIN_PROGRAM. Run 'make build' in $PWD first." >&2
    exit 69
  fi
  choose_launcher

  local command=run arguments=()
  if [ $# -gt 0 ] && [[ $1 != -* ]]; then
    command=$1
    shift
  fi
  case $command in
    run | train | prune)
      # Flags given to the script come last and win.
      arguments=(--output "$directory" --resume)
      if [ -n "$DPTRAIN_DATA" ]; then arguments+=(--data "$DPTRAIN_DATA"); fi
      ;;
  esac

  say "$ranks ranks on $SLURM_JOB_NODELIST, start $((restarts + 1)): $DPTRAIN_PROGRAM $command ${arguments[*]} $*"
  local status=0
  start_ranks "$DPTRAIN_PROGRAM" "$command" "${arguments[@]}" "$@" || status=$?
  finish "$status"
}

load_modules() {
  if [ -z "$DPTRAIN_MODULES" ]; then return; fi
  local file
  for file in /etc/profile.d/modules.sh /etc/profile.d/lmod.sh; do
    # shellcheck disable=SC1090 # Which of them there is, is the site's.
    if ! type module &>/dev/null && [ -r "$file" ]; then source "$file"; fi
  done
  # shellcheck disable=SC2086 # A list of modules.
  module load $DPTRAIN_MODULES
}

# Sets `launch`, the command that starts a program on all ranks.
choose_launcher() {
  case $DPTRAIN_LAUNCHER in
    mpirun) # takes hosts and slots from Slurm
      launch=(mpirun -n "$ranks" --map-by core --bind-to "$DPTRAIN_BIND")
      ;;
    srun)
      # Without the last two a rank that dies, or leaves early with status 0, leaves the others waiting for ever.
      launch=(srun -n "$ranks" --mpi=pmix --cpus-per-task="${SLURM_CPUS_PER_TASK:-1}" --kill-on-bad-exit=1 --wait=30)
      if [ "$DPTRAIN_BIND" = core ]; then launch+=(--cpu-bind=cores); else launch+=(--cpu-bind=none); fi
      ;;
    *)
      say "DPTRAIN_LAUNCHER is '$DPTRAIN_LAUNCHER': it must be mpirun or srun." >&2
      exit 64
      ;;
  esac
}

# Slurm has started the job so many times before.
restarts=${SLURM_RESTART_COUNT:-0}

# A job that comes back on fewer nodes still has its first SLURM_NTASKS.
ranks=$SLURM_NTASKS
if [ "$ranks" -gt $((SLURM_JOB_NUM_NODES * ${SLURM_NTASKS_PER_NODE:-$ranks})) ]; then
  ranks=$((SLURM_JOB_NUM_NODES * SLURM_NTASKS_PER_NODE))
fi

# Runs a program on all ranks and returns the status.
start_ranks() {
  if [ "$DPTRAIN_LAUNCHER" != srun ]; then
    run_until_told_to_stop "${launch[@]}" "$@"
    return
  fi
  # Where srun cannot start its tasks, for instance because a node has not cleared yet what a requeued job's last step left, it
  # says so and ends with status 0. So rank 0, which runs on this node, leaves a mark.
  local mark attempt status=0
  mark=$(mktemp)
  for attempt in 1 2 3; do
    rm -f "$mark"
    status=0
    # shellcheck disable=SC2016 # The rank's own variables.
    run_until_told_to_stop "${launch[@]}" sh -c \
      'if [ "$SLURM_PROCID" -eq 0 ]; then : >"$0"; fi; exec "$@"' "$mark" "$@" || status=$?
    if [ -e "$mark" ] || [ "$told_to_stop" != no ]; then
      rm -f "$mark"
      return "$status"
    fi
    say "srun has not started rank 0 (status $status, attempt $attempt of 3)"
    sleep 5
  done
  return 71
}

# Runs a command and returns its status. Signals for this script come from Slurm: USR1 before the time limit or a preemption
# (--signal=B:USR1), TERM when the job is being ended. dptrain gets USR1 in both cases: mpirun and srun pass on no other.
run_until_told_to_stop() {
  told_to_stop=no
  local interrupted=no child status
  "$@" &
  child=$!
  trap 'interrupted=yes; told_to_stop=USR1; kill -USR1 "$child" 2>/dev/null || true' USR1
  trap 'interrupted=yes; told_to_stop=TERM; kill -USR1 "$child" 2>/dev/null || true' TERM
  # A trapped signal ends the wait, not the child.
  while
    status=0
    wait "$child" || status=$?
    [ "$interrupted" = yes ]
  do
    interrupted=no
    say "got $told_to_stop; dptrain is told to write a checkpoint and stop"
  done
  trap '' USR1 TERM # Nothing is left to be told.
  return "$status"
}

# Ends the script with a status of dptrain's or of what started it.
finish() {
  local status=$1
  if [ "$status" -ne 0 ] && [ "$told_to_stop" != no ] && [ "$status" -ne 75 ]; then
    # srun kills all ranks as soon as the first has left with 75; a signal during the start ends mpirun.
    say "status $status after it was told to stop: counted as 75"
    status=75
  fi
  # After TERM it is Slurm who decides: the job was cancelled, or preempted and is requeued anyway.
  if [ "$told_to_stop" != TERM ] && is_curable "$status"; then requeue "$status"; fi
  say "ends with status $status"
  exit "$status"
}

is_curable() {
  local status
  for status in "${curable_statuses[@]}"; do
    if [ "$1" -eq "$status" ]; then return 0; fi
  done
  return 1
}

# Puts the job, or the task of an array, back into the queue, where that is allowed.
requeue() {
  local job=$SLURM_JOB_ID
  if [ -n "${SLURM_ARRAY_JOB_ID:-}" ]; then job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID; fi
  if [ "$restarts" -ge "$DPTRAIN_REQUEUES" ]; then
    say "status $1: not requeued, after $restarts of at most $DPTRAIN_REQUEUES times (DPTRAIN_REQUEUES)"
  elif scontrol requeue "$job"; then
    say "status $1: job $job is back in the queue, $((restarts + 1)) of at most $DPTRAIN_REQUEUES times"
  else
    say "status $1: Slurm does not requeue job $job. Submit it again with --output and the same directory." >&2
  fi
}
