/* SPDX-License-Identifier: MIT */
#include "daemon/service.h"

#include "daemon/desk.h"
#include "daemon/server.h"

#include <time.h>

struct ez_service {
    ez_desk desk;
    ez_board *board; /* owned, as the next two */
    ez_server *server;
    char *config;
};

ez_service *
ez_service_new(ez_endpoint *endpoint, execz_scheduler *scheduler, const char *config,
               ez_reloader *reloader)
{
    ez_service *self = g_new0(ez_service, 1);
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    self->config = config == NULL ? NULL : g_canonicalize_filename(config, NULL);
    self->board = ez_board_new(scheduler);
    if (self->board == NULL) {
        ez_endpoint_close(endpoint);
        ez_service_free(self);
        return NULL;
    }
    self->desk = (ez_desk){.scheduler = scheduler,
                           .board = self->board,
                           .reloader = reloader,
                           .socket = ez_endpoint_path(endpoint),
                           .config = self->config,
                           .started = now.tv_sec * EXECZ_SECOND + now.tv_nsec};
    self->server = ez_server_new(endpoint, &self->desk);
    if (self->server == NULL) {
        ez_service_free(self);
        return NULL;
    }
    return self;
}

void
ez_service_free(ez_service *self)
{
    if (self != NULL) {
        ez_server_free(self->server);
        ez_board_free(self->board);
        g_free(self->config);
        g_free(self);
    }
}

int
ez_service_fd(const ez_service *self)
{
    return ez_board_fd(self->board);
}

void
ez_service_tell(ez_service *self)
{
    ez_board_tell(self->board);
}
