#!/bin/busybox sh
# The first program of the guest: makes it a machine, then obeys the second serial port. Each line that
# comes there is a command; its output goes back with "| " before each line, then "end" and the exit code.
/bin/busybox --install -s /bin
export PATH=/sbin:/bin PYTHONDONTWRITEBYTECODE=1
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
# Some may be built in.
while read -r module; do modprobe -q "$module"; done </etc/modules
ifconfig lo 127.0.0.1 up
ifconfig eth0 10.0.2.15 netmask 255.255.255.0 up
stty -F /dev/ttyS1 raw -echo
exec 3<>/dev/ttyS1

# `read` loses what it has of a line when a child ends meanwhile. So this shell has none then: commands run
# in a shell of their own, and what they leave behind belongs to the first process, which is not this one.
obey() {
  echo ready >&3
  while read -r line <&3; do
    echo "\$ $line"
    (eval "$line") >/tmp/output 2>&1 </dev/null 3>&-
    code=$?
    awk '{ print "| " $0 }' /tmp/output >&3
    echo "end $code" >&3
  done
}

obey &
while true; do
  wait
  sleep 1
done
