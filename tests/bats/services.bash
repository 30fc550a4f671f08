# services.bash - processes to attach to, for the .bats files about that
#
# stderr and stderr_lines are set by run; service is for who loads this.
# shellcheck disable=SC2154,SC2034

# entries FOLDER: how many there are.
entries() {
	local all=("$1"/*)
	echo "${#all[@]}"
}

# start COMMAND...: in the background, until it has said "ready".
start() {
	export LEAKSHIM_LIBRARY=$LEAKSHIM_SO
	mkfifo fifo
	"$@" >fifo 2>err 3>&- &
	TARGET=$!
	read -r line <fifo
	[[ $line == ready ]]
}

# A program that waits; its garbage is for the check.
service='
import gc, os, sys, time
class Node(object): pass
gc.disable()
def make():
    for i in range(60):
        a, b = Node(), Node(); a.b = b; b.a = a
make()
sys.stdout.write("ready\n"); sys.stdout.flush()
while not os.path.exists("end"): time.sleep(0.05)
'

teardown() {
	[[ -z ${TARGET-} ]] || kill -KILL "$TARGET" 2>/dev/null || :
	[[ -z ${OTHER-} ]] || kill -KILL "$OTHER" 2>/dev/null || :
}

refused() {
	local verb=$1 pid=$2 words=$3
	run --separate-stderr "$LEAKSHIM" "$verb" "$pid"
	[ "$status" -eq 3 ]
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[ "$(grep -o 'leakshim: ' <<<"$stderr" | wc -l)" -eq 1 ]
	[[ $stderr == "leakshim: $verb: $pid: "*"$words"* ]]
}
