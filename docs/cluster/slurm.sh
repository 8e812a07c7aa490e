#!/bin/bash
# Trains one run on all GPUs of several nodes:
#
#   sbatch slurm.sh --data kitti:/shared/kitti2015 --out /shared/runs/kitti --batch-size 32
#
# The data and the run folder are on a disk that all nodes see. One process a node; the batch size
# is that of all GPUs together.
#SBATCH --job-name=auxnet
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --gpus-per-node=4
#SBATCH --cpus-per-task=16
#SBATCH --time=24:00:00
#SBATCH --signal=USR1@180
#SBATCH --requeue

export KERAS_BACKEND=jax

srun auxnet train --devices "${SLURM_GPUS_ON_NODE:-1}" "$@"
code=$?

# 128 + SIGUSR1: the time is nearly over, the state is saved. The same job resumes from it.
if [ $code -eq 138 ]; then
    scontrol requeue "$SLURM_JOB_ID"
fi
exit $code
