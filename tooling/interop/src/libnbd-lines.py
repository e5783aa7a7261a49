"""Runs lines of Python with a libnbd handle `h`, as nbdsh does, and prints what each came to.

Standard input is a JSON object: `uri`, which the lines may use by that name, and `lines`. Standard
output is a JSON array: for a line that fails in libnbd the name of its error number, for any other
its value, where None and statements are "done" and bytes are in hexadecimal.
"""

import json
import sys

import nbd


def run(line, names):
    try:
        try:
            code = compile(line, line, "eval")
        except SyntaxError:
            code = compile(line, line, "exec")
        value = eval(code, names)
    except nbd.Error as error:
        return error.errno or str(error)
    if value is None:
        return "done"
    return value.hex() if isinstance(value, (bytes, bytearray)) else value


script = json.load(sys.stdin)
names = {"nbd": nbd, "h": nbd.NBD(), "uri": script["uri"]}
print(json.dumps([run(line, names) for line in script["lines"]]))
