#!/bin/bash
# The entry point of a SageMaker training job on one or several instances. Its hyperparameters are
# options of `auxnet train`, such as epochs=50; its channel "training" is the data's folder.
#
# The run folder is the job's checkpoint folder, which SageMaker copies to S3 and, for a job that
# goes on, from there to every instance.
set -e
export KERAS_BACKEND=jax
run="${CHECKPOINTS:-/opt/ml/checkpoints}/run"
gpus="${SM_NUM_GPUS:-0}"

auxnet train --data "${KIND:-kitti}:$SM_CHANNEL_TRAINING" --out "$run" \
    --devices $((gpus > 0 ? gpus : 1)) "$@"

# What the job returns. Only the first instance has the results.
if [ -f "$run/results.json" ]; then
    cp "$run/best.weights.h5" "$run/config.yaml" "$run/manifest.json" "$run/results.json" "$SM_MODEL_DIR"
fi
