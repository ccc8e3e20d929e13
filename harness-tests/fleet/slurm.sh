#!/bin/sh
# Random runs over a Slurm cluster: one array job, a share for each task, and a job that merges the shares.
#   slurm.sh SHARES [options of spine fuzz]          slurm.sh 64 --runs 100000 --seed 7
# Run it in a folder that all nodes share. Exit code: that of the merge, so 1 when a run failed or a share is missing.
set -eu
shares=$1
shift
spine=${SPINE:-npx spine}
rm -f share-*.json

# Slurm tells each task which share it is; --resume goes on where a task was stopped and requeued.
array=$(sbatch --parsable --requeue --job-name=spine-fuzz --array="1-$shares" --output='share-%a.out' <<END
#!/bin/sh
exec $spine fuzz $* --resume "share-\$SLURM_ARRAY_TASK_ID.json"
END
)

# Also after tasks that failed: a run that a checker objects to ends its task with 1.
code=0
sbatch --wait --job-name=spine-merge --dependency="afterany:$array" --output=report.txt <<END || code=$?
#!/bin/sh
exec $spine fuzz --merge share-*.json
END
cat report.txt
exit "$code"
