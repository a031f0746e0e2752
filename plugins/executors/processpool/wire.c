/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include <errno.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

typedef union control {
    struct cmsghdr head;
    char space[CMSG_SPACE(2 * sizeof(int))];
} control;

int
wire_send(int socket, const wire_message *message, const int *fds, unsigned n_fds, int flags)
{
    size_t length = offsetof(wire_message, text) + strlen(message->text) + 1;
    struct iovec piece = {(void *)(uintptr_t)message, length};
    struct msghdr whole = {.msg_iov = &piece, .msg_iovlen = 1};
    control extra = {0};
    ssize_t sent;

    if (n_fds > 0) {
        whole.msg_control = &extra;
        whole.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
        extra.head.cmsg_level = SOL_SOCKET;
        extra.head.cmsg_type = SCM_RIGHTS;
        extra.head.cmsg_len = CMSG_LEN(n_fds * sizeof(int));
        memcpy(CMSG_DATA(&extra.head), fds, n_fds * sizeof(int));
    }
    do {
        sent = sendmsg(socket, &whole, MSG_NOSIGNAL | flags);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}

static void
take_fds(struct msghdr *whole, int fds_out[2])
{
    struct cmsghdr *head = CMSG_FIRSTHDR(whole);

    if (head != NULL && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS) {
        size_t n = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);

        memcpy(fds_out, CMSG_DATA(head), (n > 2 ? 2 : n) * sizeof(int));
    }
}

int
wire_receive(int socket, wire_message *message_out, int fds_out[2], int flags)
{
    struct iovec piece = {message_out, sizeof *message_out};
    control extra;
    struct msghdr whole = {
        .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &extra, .msg_controllen = sizeof extra};
    ssize_t length;

    memset(message_out, 0, sizeof *message_out);
    fds_out[0] = fds_out[1] = -1;
    do {
        length = recvmsg(socket, &whole, MSG_CMSG_CLOEXEC | flags);
    } while (length < 0 && errno == EINTR);
    if (length < 0) {
        return errno == ECONNRESET ? 0 : -errno;
    }
    take_fds(&whole, fds_out);
    message_out->text[sizeof message_out->text - 1] = '\0';
    return length > 0;
}

void
wire_futex_wait(_Atomic uint32_t *word, uint32_t value, int64_t timeout)
{
    struct timespec until = {timeout / 1000000000, timeout % 1000000000};

    (void)syscall(SYS_futex, word, FUTEX_WAIT, value, timeout < 0 ? NULL : &until, NULL, 0);
}

void
wire_futex_wake(_Atomic uint32_t *word)
{
    (void)syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}
