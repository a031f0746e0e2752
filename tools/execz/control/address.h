/* SPDX-License-Identifier: MIT */
/* Where the control socket of a scheduler is. */
#ifndef EZ_CONTROL_ADDRESS_H
#define EZ_CONTROL_ADDRESS_H

#include <sys/socket.h>
#include <sys/un.h>

#include <glib.h>

#include <execz/types.h>

#define EZ_ADDRESS_VARIABLE "EXECZ_SOCKET"
/* Bytes of a path; the system's limit is 107, and beside the socket lies a file PATH.lock. */
#define EZ_ADDRESS_MAX 100

/* The absolute path of the socket: given (NULL: not), else $EXECZ_SOCKET, else execz/execz.sock in the
 * runtime directory, which is /run for root and $XDG_RUNTIME_DIR or /run/user/UID for others.
 * Caller frees; NULL if there is no such directory, or the path is too long. */
char *ez_address_find(const char *given, execz_error *err);

/* The address of a path that ez_address_find() has returned. */
struct sockaddr_un ez_address_of(const char *path);

#endif
