/* SPDX-License-Identifier: MIT */
#include "socket.h"

#include "support/patience.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

live
start_listening(const char *config)
{
    live execz;

    own_file("tasks.conf", config);
    execz = start_execz("start", "-c", "tasks.conf", NULL);
    await(&execz, "execz: listening at ");
    return execz;
}

void
end_listening(live *self)
{
    cr_assert(eq(int, kill(self->pid, SIGTERM), 0));
    cr_expect(eq(int, await_end(self), 0), "%s", self->text);
}

int
connect_to_execz(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    g_strlcpy(address.sun_path, own_path("execz.sock"), sizeof address.sun_path);
    cr_assert(eq(int, connect(fd, (struct sockaddr *)&address, sizeof address), 0));
    return fd;
}

bool
send_text(int fd, const char *text)
{
    size_t length = strlen(text);

    while (length > 0) {
        ssize_t n = send(fd, text, length, MSG_NOSIGNAL);

        if (n <= 0) {
            return false;
        }
        text += n;
        length -= (size_t)n;
    }
    return true;
}

char *
receive_line(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    g_autoptr(GString) line = g_string_new(NULL);
    char c;

    for (;;) {
        cr_assert(gt(int, poll(&ready, 1, PATIENCE_MS), 0), "no answer came");
        if (read(fd, &c, 1) != 1) {
            return NULL;
        }
        if (c == '\n') {
            break;
        }
        g_string_append_c(line, c);
    }
    return keep_text(line->str);
}
