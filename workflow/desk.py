"""The one door: every change is a command, done in one transaction. The only `commit()` outside storage is here.

    desk.serve(request_id, work)   opens the transaction, sees that a request is served once, commits
    session.do(actor, command)     carries out one command, answers with the ticket as it is then
    session.say(speech)            puts a row into the outbox
    session.actor(contact)         the contact with its posts
"""
