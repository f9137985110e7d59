"""On the path of a site under test: its language process starts and answers nothing, ever.

Python imports this before all else, also in that process, which is the only one of its kind.
"""

import os
import sys
import time

if "--multiprocessing-fork" in sys.orig_argv:
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(0)
