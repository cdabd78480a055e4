"""Drops files on the window whose id is given, as a file manager does (XDND, version 5)."""
import ctypes
import pathlib
import sys

SELECTION_REQUEST, SELECTION_NOTIFY, CLIENT_MESSAGE = 30, 31, 33
# Where an XEvent says what it is; each of its members has a machine word of its own.
KIND = 0

x11 = ctypes.CDLL("libX11.so.6")
x11.XOpenDisplay.restype = ctypes.c_void_p
x11.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
x11.XDefaultRootWindow.restype = ctypes.c_ulong
x11.XCreateSimpleWindow.argtypes = [ctypes.c_void_p, ctypes.c_ulong] + [ctypes.c_int] * 2 + [ctypes.c_uint] * 3 + [ctypes.c_ulong] * 2
x11.XCreateSimpleWindow.restype = ctypes.c_ulong
x11.XInternAtom.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
x11.XInternAtom.restype = ctypes.c_ulong
x11.XSetSelectionOwner.argtypes = [ctypes.c_void_p] + [ctypes.c_ulong] * 3
x11.XSendEvent.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_long, ctypes.c_void_p]
x11.XNextEvent.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
x11.XChangeProperty.argtypes = [ctypes.c_void_p] + [ctypes.c_ulong] * 3 + [ctypes.c_int] * 2 + [ctypes.c_char_p, ctypes.c_int]
x11.XSync.argtypes = [ctypes.c_void_p, ctypes.c_int]

display = x11.XOpenDisplay(None)
target = int(sys.argv[1])
files = "".join(f"{pathlib.Path(name).resolve().as_uri()}\r\n" for name in sys.argv[2:]).encode()
source = x11.XCreateSimpleWindow(display, x11.XDefaultRootWindow(display), 0, 0, 1, 1, 0, 0, 0)


def atom(name):
    return x11.XInternAtom(display, name.encode(), 0)


def send(window, *members):
    event = (ctypes.c_long * 24)(*members)
    x11.XSendEvent(display, window, 0, 0, ctypes.byref(event))
    x11.XSync(display, 0)


def tell(kind, *data):
    send(target, CLIENT_MESSAGE, 0, 1, display, target, atom(kind), 32, source, *data)


def wait_for(kind):
    """Answers who asks for the list of files, until a message of this kind comes."""
    while True:
        event = (ctypes.c_long * 24)()
        x11.XNextEvent(display, ctypes.byref(event))
        # The kind has half a word; in the other half stands anything.
        kind_of = event[KIND] & 0xFFFF_FFFF
        if kind_of == SELECTION_REQUEST:
            _owner, requestor, selection, wanted, place, time = event[4:10]
            x11.XChangeProperty(display, requestor, place, wanted, 8, 0, files, len(files))
            send(requestor, SELECTION_NOTIFY, 0, 1, display, requestor, selection, wanted, place, time)
        elif kind_of == CLIENT_MESSAGE and event[5] == atom(kind):
            return


x11.XSetSelectionOwner(display, atom("XdndSelection"), source, 0)
tell("XdndEnter", 5 << 24, atom("text/uri-list"), 0, 0)
tell("XdndPosition", 0, (200 << 16) | 200, 0, atom("XdndActionCopy"))
wait_for("XdndStatus")
tell("XdndDrop", 0, 0, 0, 0)
wait_for("XdndFinished")
