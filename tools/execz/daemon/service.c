/* SPDX-License-Identifier: MIT */
#include "daemon/service.h"

#include "control/fault.h"
#include "daemon/desk.h"
#include "daemon/server.h"

#include <errno.h>

#include <execz/exporter.h>

struct ez_service {
    ez_desk desk;
    ez_board *board; /* owned, as the next seven */
    ez_watch *watch;
    ez_meter *meter;
    ez_trends *trends;
    ez_examination *examination;
    ez_server *server;
    execz_exporter *exporter;
    char *config;
};

static char *
tell_figures(void *user)
{
    return ez_meter_text(user);
}

/* Those of its parts that listen; false with err filled if one cannot. */
static bool
open_parts(ez_service *self, const ez_service_settings *settings, execz_error *err)
{
    if (settings->endpoint != NULL) {
        self->server = ez_server_new(settings->endpoint, &self->desk, self->watch);
        if (self->server == NULL) {
            ez_fault_set(err, EXECZ_E_IO, "cannot listen to commands: %s", g_strerror(errno));
            return false;
        }
    }
    if (settings->metrics != NULL) {
        self->exporter = execz_exporter_new(settings->scheduler, NULL, settings->metrics,
                                            tell_figures, self->meter, err);
        return self->exporter != NULL;
    }
    return true;
}

ez_service *
ez_service_new(const ez_service_settings *settings, execz_error *err)
{
    ez_service *self = g_new0(ez_service, 1);

    self->config =
        settings->config == NULL ? NULL : g_canonicalize_filename(settings->config, NULL);
    self->board = ez_board_new(settings->scheduler);
    self->watch = self->board == NULL ? NULL : ez_watch_new(settings->scheduler);
    if (self->watch == NULL) {
        ez_fault_set(err, EXECZ_E_IO, "cannot listen to commands: %s", g_strerror(errno));
        ez_endpoint_close(settings->endpoint);
        ez_service_free(self);
        return NULL;
    }
    self->desk =
        (ez_desk){.scheduler = settings->scheduler,
                  .board = self->board,
                  .reloader = settings->reloader,
                  .socket =
                      settings->endpoint == NULL ? NULL : ez_endpoint_path(settings->endpoint),
                  .config = self->config,
                  .started = settings->started};
    self->meter = ez_meter_new(settings->scheduler, self->board, self->desk.started);
    self->trends = ez_trends_new(settings->scheduler, settings->started);
    self->examination = ez_examination_new(settings->scheduler);
    self->desk.meter = self->meter;
    self->desk.trends = self->trends;
    self->desk.examination = self->examination;
    if (!open_parts(self, settings, err)) {
        ez_service_free(self);
        return NULL;
    }
    return self;
}

void
ez_service_free(ez_service *self)
{
    if (self != NULL) {
        execz_exporter_free(self->exporter);
        ez_server_free(self->server);
        ez_examination_free(self->examination);
        ez_trends_free(self->trends);
        ez_meter_free(self->meter);
        ez_watch_free(self->watch);
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
    ez_watch_tell(self->watch);
}
