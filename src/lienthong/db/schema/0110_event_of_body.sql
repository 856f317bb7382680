-- What was done to a body and to all that it has, for its page.

CREATE INDEX event_body ON audit.event (body, id) WHERE body IS NOT NULL;
