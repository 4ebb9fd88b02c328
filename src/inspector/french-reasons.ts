/**
 * Why something was refused, in French. In: the server's sentence, which is English. Out: the same in French, or the
 * sentence itself where it is another's, OpenSSL's say.
 */

export const sentences: Readonly<Record<string, string>> = {
  // HTTP/1.1
  'Invalid method encountered': 'Cette méthode n’en est pas une',
  'Expected a request line, got a status line':
    'Une ligne de statut est arrivée, là où il faut une ligne de requête',
  'The HTTP/2 preface came, and only HTTP/1.1 is spoken here':
    'La préface de HTTP/2 est arrivée, et l’on ne parle ici que HTTP/1.1',
  'Invalid method encountered: a TLS handshake came to a plain HTTP port':
    'Ce n’est pas une méthode : un début de TLS est arrivé sur un port sans chiffrement',
  'Invalid characters in url': 'La cible a des caractères qui ne peuvent pas y être',
  'Unexpected start char in url': 'La cible commence par un caractère qui ne peut pas y être',
  'Request target overflow': 'La cible est trop longue',
  'Expected HTTP/, RTSP/ or ICE/': 'La première ligne ne finit pas par une version de HTTP',
  'Invalid HTTP version': 'Cette version n’est pas une de HTTP que l’on parle ici',
  'Missing expected LF after header value': 'Un champ finit sans LF',
  'Expected LF after CR': 'Un CR n’est pas suivi de LF',
  'Missing expected CR after header value': 'Une ligne finit par LF sans CR devant',
  'Header overflow': 'L’en-tête est trop grand',
  'Too many header fields': 'Trop de champs',
  'Invalid header token':
    'Le nom d’un champ a un caractère qui ne peut pas y être, ou il y manque les deux-points',
  'Unexpected whitespace after header value':
    'La valeur d’un champ continue à la ligne, ce qui n’est plus permis',
  'Invalid header value char': 'La valeur d’un champ a un caractère qui ne peut pas y être',
  'More than one Host field': 'Plus d’un champ Host',
  'Invalid value of the Host field': 'La valeur du champ Host ne désigne pas un hôte',
  'Invalid character in Content-Length': 'Content-Length n’est pas un nombre',
  'Content-Length overflow': 'Le nombre de Content-Length est trop grand',
  'Content-Length already present': 'Content-Length est là deux fois',
  "Transfer-Encoding can't be present with Content-Length":
    'Transfer-Encoding et Content-Length ne peuvent pas être là tous les deux',
  'Transfer-Encoding in an HTTP/1.0 request': 'Transfer-Encoding dans une requête HTTP/1.0',
  'Request has invalid `Transfer-Encoding`': 'La valeur de Transfer-Encoding ne finit pas par chunked',
  'Transfer coding other than chunked': 'Un codage de transfert autre que chunked',
  'Invalid character in chunk size': 'La taille d’un morceau n’est pas un nombre hexadécimal',
  'Chunk size overflow': 'La taille d’un morceau est trop grande',
  'Invalid character in chunk extensions':
    'Les extensions d’un morceau ont un caractère qui ne peut pas y être',
  'Chunk extensions overflow': 'Les extensions des morceaux sont trop longues',
  'Expected LF after chunk data': 'Un morceau n’est pas suivi d’une fin de ligne',
  'Trailer section overflow': 'Les champs de fin sont trop grands',
  'Invalid EOF state': 'Le client a fermé la connexion au milieu d’une requête',
  'Request timeout': 'La requête n’était pas là tout entière à temps',
  'The request names no host: it has no Host field':
    'La requête ne désigne pas d’hôte : il y manque le champ Host',
  'The request expects something other than 100-continue':
    'La requête s’attend à autre chose que 100-continue',
  'The connection has had as many requests as maxRequestsPerSocket allows':
    'La connexion a eu autant de requêtes que maxRequestsPerSocket en permet',
  // HTTP/2: the connection and its frames
  'The first bytes are not the connection preface':
    'Les premiers octets ne sont pas la préface de la connexion',
  'The first frame after the preface is not SETTINGS':
    'La première trame après la préface n’est pas SETTINGS',
  'A frame is larger than SETTINGS_MAX_FRAME_SIZE': 'Une trame dépasse SETTINGS_MAX_FRAME_SIZE',
  'A frame has a length that its type has not': 'Une trame a une longueur que son type n’a pas',
  'A PRIORITY frame is not of 5 octets': 'Une trame PRIORITY n’a pas 5 octets',
  'A frame that belongs to a stream came on stream 0': 'Une trame propre à un flux est arrivée sur le flux 0',
  'A frame that belongs to the connection came on a stream':
    'Une trame propre à la connexion est arrivée sur un flux',
  'The padding of a frame is as long as its payload or longer':
    'Le bourrage d’une trame est aussi long que son contenu, ou plus',
  'Another frame came before the end of a field block':
    'Une autre trame est arrivée avant la fin d’un bloc de champs',
  'CONTINUATION came without a field block': 'CONTINUATION est arrivée sans bloc de champs',
  'A client cannot push': 'Un client ne peut rien pousser',
  'An acknowledgement of settings has a payload': 'Un accusé de réception de réglages a un contenu',
  'SETTINGS_ENABLE_PUSH is neither 0 nor 1': 'SETTINGS_ENABLE_PUSH n’est ni 0 ni 1',
  'SETTINGS_INITIAL_WINDOW_SIZE is above 2^31 - 1': 'SETTINGS_INITIAL_WINDOW_SIZE dépasse 2^31 - 1',
  'SETTINGS_MAX_FRAME_SIZE is not between 2^14 and 2^24 - 1':
    'SETTINGS_MAX_FRAME_SIZE n’est pas entre 2^14 et 2^24 - 1',
  'SETTINGS_ENABLE_CONNECT_PROTOCOL is neither 0 nor 1, or was taken back':
    'SETTINGS_ENABLE_CONNECT_PROTOCOL n’est ni 0 ni 1, ou a été repris',
  'SETTINGS_NO_RFC7540_PRIORITIES is neither 0 nor 1, or changed':
    'SETTINGS_NO_RFC7540_PRIORITIES n’est ni 0 ni 1, ou a changé',
  // Streams
  'A client opened a stream with an even identifier': 'Un client a ouvert un flux de numéro pair',
  'A new stream has a lower identifier than one before':
    'Un nouveau flux a un numéro plus petit qu’un flux d’avant',
  'A frame came on a stream that was not opened': 'Une trame est arrivée sur un flux qui n’était pas ouvert',
  'A frame came on a stream after its END_STREAM flag': 'Une trame est arrivée sur un flux après END_STREAM',
  'A frame came on a stream that its sender had reset':
    'Une trame est arrivée sur un flux que son expéditeur avait abandonné',
  'A frame came on a stream that was closed': 'Une trame est arrivée sur un flux fermé',
  'A stream depends on itself': 'Un flux dépend de lui-même',
  'More streams are open than SETTINGS_MAX_CONCURRENT_STREAMS':
    'Plus de flux sont ouverts que SETTINGS_MAX_CONCURRENT_STREAMS n’en permet',
  // Flow control
  'A WINDOW_UPDATE of a stream adds nothing': 'Un WINDOW_UPDATE d’un flux n’ajoute rien',
  'A WINDOW_UPDATE of the connection adds nothing': 'Un WINDOW_UPDATE de la connexion n’ajoute rien',
  'The window of a stream exceeds 2^31 - 1': 'La fenêtre d’un flux dépasse 2^31 - 1',
  'The window of the connection exceeds 2^31 - 1': 'La fenêtre de la connexion dépasse 2^31 - 1',
  'SETTINGS_INITIAL_WINDOW_SIZE makes the window of a stream exceed 2^31 - 1':
    'SETTINGS_INITIAL_WINDOW_SIZE fait dépasser 2^31 - 1 à la fenêtre d’un flux',
  'DATA exceeds the window of its stream': 'DATA dépasse la fenêtre de son flux',
  'DATA exceeds the window of the connection': 'DATA dépasse la fenêtre de la connexion',
  // Field blocks
  'A field block names an index of no table': 'Un bloc de champs a un indice qui n’est d’aucune table',
  'An integer of a field block is too large': 'Un nombre d’un bloc de champs est trop grand',
  'A string of a field block is not the Huffman code of any':
    'Un texte d’un bloc de champs n’est pas un code de Huffman',
  'A field block ends within a field': 'Un bloc de champs finit au milieu d’un champ',
  'A table size is above SETTINGS_HEADER_TABLE_SIZE':
    'La taille d’une table dépasse SETTINGS_HEADER_TABLE_SIZE',
  'A table size is not at the beginning of a field block':
    'La taille d’une table n’est pas au début d’un bloc de champs',
  // Requests that are malformed
  'A field name is no token in lower case': 'Le nom d’un champ n’est pas un mot en minuscules',
  'A field value has a control character, or white space at an end':
    'La valeur d’un champ a un caractère de commande, ou un blanc à un bout',
  'A field belongs to the connection of HTTP/1.1': 'Un champ est propre aux connexions de HTTP/1.1',
  'TE has another value than trailers': 'TE a une autre valeur que trailers',
  'A pseudo-field is none of a request': 'Un pseudo-champ n’est pas de ceux d’une requête',
  'A pseudo-field stands after a field, or in the trailers':
    'Un pseudo-champ est après un champ, ou parmi les champs de fin',
  'A pseudo-field stands twice': 'Un pseudo-champ est là deux fois',
  'A request has not exactly one :method, :scheme and :path':
    'Une requête n’a pas exactement un :method, un :scheme et un :path',
  'The :path is empty': 'Le :path est vide',
  'The :method is no token': 'Le :method n’est pas un mot',
  'A CONNECT request has a :scheme or a :path, or no :authority':
    'Une requête CONNECT a un :scheme ou un :path, ou pas d’:authority',
  'Content-Length is no number that can be counted, or stands twice':
    'Content-Length n’est pas un nombre que l’on sache compter, ou est là deux fois',
  'The DATA is not as long as Content-Length says': 'Les DATA n’ont pas la longueur que dit Content-Length',
  'A second field block came without END_STREAM': 'Un second bloc de champs est arrivé sans END_STREAM',
  'The trailer section is too large': 'Les champs de fin sont trop grands',
  // Requests that are refused by a response
  'The method is not known': 'Cette méthode n’est pas connue',
  'The :path is no request target': 'Le :path n’est pas la cible d’une requête',
  'The :scheme is neither http nor https': 'Le :scheme n’est ni http ni https',
  'The :authority or Host field names no host': 'L’:authority ou le champ Host ne désigne pas un hôte',
  'There is neither an :authority nor a Host field': 'Il n’y a ni :authority ni champ Host',
  'The Host field is not what :authority says': 'Le champ Host ne dit pas la même chose qu’:authority',
  'The fields of the head are too large': 'Les champs de l’en-tête sont trop grands',
  'No tunnel leads through a stream of HTTP/2 here': 'Aucun tunnel ne passe ici par un flux de HTTP/2',
  // What is too much
  'A field block is far larger than SETTINGS_MAX_HEADER_LIST_SIZE':
    'Un bloc de champs dépasse de loin SETTINGS_MAX_HEADER_LIST_SIZE',
  'A field block has too many CONTINUATION frames': 'Un bloc de champs a trop de trames CONTINUATION',
  'A CONTINUATION frame is empty': 'Une trame CONTINUATION est vide',
  'Too many streams were reset': 'Trop de flux ont été abandonnés',
  'Too many settings': 'Trop de réglages',
  'Too many PING frames': 'Trop de trames PING',
  'Too many frames about priority': 'Trop de trames de priorité',
  'Too many WINDOW_UPDATE frames': 'Trop de trames WINDOW_UPDATE',
  'Too many DATA frames without data': 'Trop de trames DATA vides',
  'Too many frames that mean nothing here': 'Trop de trames qui ne veulent rien dire ici',
  'Too many answers to frames were not read': 'Trop de réponses à des trames n’ont pas été lues',
  'Too little of the response was taken in its time': 'Trop peu de la réponse a été pris à temps',
  'PRIORITY_UPDATE names a stream that cannot be one':
    'PRIORITY_UPDATE désigne un flux qui ne peut pas en être un',
  // What is not the client's fault
  'The client reset the stream': 'Le client a abandonné le flux',
  'The stream is not wanted any more': 'Le flux n’est plus voulu',
  'The response failed': 'La réponse a échoué',
  'The response is complete, the request need not be':
    'La réponse est complète, la requête n’a pas besoin de l’être',
  'A buffer of the response was resized before it left':
    'Un tampon de la réponse a changé de taille avant de partir',
  'The server failed': 'Le serveur a échoué',
  'A part of a response is not as long as it was when it was written':
    'Une partie de la réponse n’a plus la longueur qu’elle avait quand elle a été écrite',
  'The settings were not acknowledged in time': 'Les réglages n’ont pas été confirmés à temps',
  'The connection was closed': 'La connexion a été fermée',
};

export const frenchReason = (reason: string): string =>
  Object.hasOwn(sentences, reason) ? (sentences[reason] as string) : reason;
