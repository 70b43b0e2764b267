"""What the people of the demo world have written, in French. Everybody in it is invented.

In notes `{name}` is "Mme Le Goff", `{they}` and `{them}` "elle", `{They}` "Elle", `{e}` the agreement of a participle.
Telephone numbers are from the ranges that the French regulator keeps for fiction.
"""

Row = tuple[str, str, str, int, str, str, int | None]
Soap = tuple[str, str, str, str]

# (given name, family name, F or M, year of birth, street, service, days between visits)
NORTH: list[Row] = [
    ("Odette", "Marchal", "F", 1938, "12 rue des Tanneurs", "Maintien à domicile", 7),
    ("Karim", "Benali", "M", 1951, "5 allée des Peupliers, bât. C, 2e étage", "Retour d’hospitalisation", None),
    ("Jeanne", "Le Goff", "F", 1942, "27 rue du Verger", "Prévention des chutes", 14),
    ("Amadou", "Diallo", "M", 1947, "9 place de l’Église", "Maintien à domicile", 30),
    ("Solange", "Péron", "F", 1934, "3 rue Haute", "Retour d’hospitalisation", None),
    ("Rose", "Kermarrec", "F", 1939, "18 chemin de la Fontaine", "Maintien à domicile", 14),
    ("Fatou", "Sow", "F", 1949, "2 square Jean-Moulin, appt 31", "Prévention des chutes", 14),
    ("Paul", "Guéguen", "M", 1936, "41 route de Kerlann", "Maintien à domicile", 14),
    ("Nora", "Brun", "F", 1945, "6 rue de la Poste", "Aide aux aidants", 21),
    ("Lucien", "Cariou", "M", 1931, "Ferme de Penhoat", "Maintien à domicile", 7),
    ("Yvette", "Tanguy", "F", 1940, "22 rue des Écoles", "Maintien à domicile", 14),
    ("Manuel", "Ferreira", "M", 1953, "15 rue du Moulin", "Retour d’hospitalisation", 14),
    ("Simone", "Prigent", "F", 1933, "8 impasse du Lavoir", "Maintien à domicile", 7),
    ("Georges", "Hamon", "M", 1944, "30 avenue de la Gare", "Accompagnement social", 30),
    ("Huguette", "Le Bras", "F", 1937, "11 rue du Stade", "Maintien à domicile", 14),
    ("Thi Lan", "Nguyen", "F", 1948, "4 résidence des Ajoncs", "Aide aux aidants", 21),
    ("Robert", "Jaouen", "M", 1941, "17 rue Neuve", "Prévention des chutes", 14),
    ("Denise", "Coat", "F", 1935, "1 venelle du Puits", "Maintien à domicile", 7),
    ("Mohamed", "Cherif", "M", 1950, "2 square Jean-Moulin, appt 12", "Accompagnement social", 30),
    ("Ginette", "Riou", "F", 1943, "24 rue du Verger", "Maintien à domicile", 14),
    ("Henri", "Morvan", "M", 1930, "Résidence autonomie Les Genêts, logement 8", "Maintien à domicile", 14),
    ("Éliane", "Abgrall", "F", 1946, "7 rue de l’Aven", "Prévention des chutes", 14),
    ("Joseph", "Quéméner", "M", 1938, "33 route de la Côte", "Maintien à domicile", 14),
    ("Colette", "Salaün", "F", 1952, "19 rue des Tanneurs", "Aide aux aidants", 21),
    ("Bernard", "Floc’h", "M", 1940, "5 hameau du Guern", "Maintien à domicile", 14),
    ("Aïssata", "Traoré", "F", 1955, "10 allée des Peupliers, bât. A", "Accompagnement social", 30),
    ("Marcel", "Bihan", "M", 1932, "2 rue Haute", "Maintien à domicile", 7),
    ("Paulette", "Caradec", "F", 1939, "14 place de l’Église", "Maintien à domicile", 14),
    ("Andrzej", "Kowalski", "M", 1946, "28 avenue de la Gare", "Retour d’hospitalisation", 14),
    ("Jacqueline", "Le Roux", "F", 1941, "9 rue du Moulin", "Maintien à domicile", 14),
    ("René", "Guillou", "M", 1935, "Kervilin", "Prévention des chutes", 14),
    ("Monique", "Cloarec", "F", 1944, "16 rue des Écoles", "Maintien à domicile", 14),
    ("Antonio", "Da Silva", "M", 1949, "3 impasse du Lavoir", "Accompagnement social", 30),
    ("Raymonde", "Bothorel", "F", 1929, "Résidence autonomie Les Genêts, logement 15", "Maintien à domicile", 7),
    ("Pierre", "Le Corre", "M", 1943, "21 rue Neuve", "Aide aux aidants", 21),
    ("Thérèse", "Goasguen", "F", 1936, "6 chemin de la Fontaine", "Maintien à domicile", 14),
    ("Albert", "Nédélec", "M", 1937, "12 rue du Stade", "Maintien à domicile", 14),
    ("Germaine", "Le Gall", "F", 1931, "4 rue de la Poste", "Maintien à domicile", 7),
    ("Ousmane", "Ba", "M", 1958, "8 résidence des Ajoncs", "Accompagnement social", 30),
    ("Lucette", "Pennec", "F", 1942, "25 route de Kerlann", "Prévention des chutes", 14),
]
SOUTH: list[Row] = [
    ("Suzanne", "Barbier", "F", 1938, "3 quai des Tonneliers", "Maintien à domicile", 14),
    ("Michel", "Lopez", "M", 1945, "44 cours de la République", "Retour d’hospitalisation", 14),
    ("Arlette", "Fournier", "F", 1934, "10 rue du Port", "Maintien à domicile", 7),
    ("Ahmed", "Saïdi", "M", 1948, "7 cité des Pins, bât. 4", "Accompagnement social", 30),
    ("Claudine", "Perrin", "F", 1943, "29 rue Pasteur", "Prévention des chutes", 14),
    ("Gérard", "Mercier", "M", 1940, "2 place du Marché", "Maintien à domicile", 14),
    ("Yvonne", "Chauvet", "F", 1932, "13 rue des Remparts", "Maintien à domicile", 7),
    ("Hassan", "El Amrani", "M", 1952, "7 cité des Pins, bât. 2", "Aide aux aidants", 21),
    ("Madeleine", "Roche", "F", 1936, "5 rue du Four", "Maintien à domicile", 14),
    ("Roger", "Vidal", "M", 1939, "18 chemin des Vignes", "Maintien à domicile", 14),
    ("Josette", "Garnier", "F", 1944, "31 rue Pasteur", "Prévention des chutes", 14),
    ("Fernand", "Leblanc", "M", 1930, "Résidence du Parc, logement 22", "Maintien à domicile", 14),
    ("Nicole", "Masson", "F", 1947, "6 rue des Lilas", "Aide aux aidants", 21),
    ("Dominique", "Arnaud", "M", 1950, "40 cours de la République", "Accompagnement social", 30),
    ("Marguerite", "Colin", "F", 1928, "Résidence du Parc, logement 3", "Maintien à domicile", 7),
    ("Jean-Claude", "Roy", "M", 1941, "9 rue du Port", "Maintien à domicile", 14),
    ("Fatima", "Haddou", "F", 1954, "7 cité des Pins, bât. 1", "Accompagnement social", 30),
    ("Lucienne", "Bertin", "F", 1935, "22 rue des Remparts", "Maintien à domicile", 14),
    ("Serge", "Maillard", "M", 1946, "11 chemin des Vignes", "Retour d’hospitalisation", 14),
    ("Andrée", "Picard", "F", 1933, "1 rue du Four", "Maintien à domicile", 14),
]

NEEDS = {
    "Maintien à domicile": [
        "Toilette et repas du midi avec l’auxiliaire de vie. Souhaite rester chez soi le plus longtemps possible.",
        "Ménage deux fois par semaine, courses le vendredi. Ne sort plus seul depuis l’hiver.",
        "Portage de repas cinq jours sur sept. Infirmière matin et soir pour le pilulier.",
    ],
    "Retour d’hospitalisation": [
        "Sortie d’hôpital récente. Coordination avec l’infirmière libérale, le kiné et la famille pendant six "
        "semaines.",
        "Prothèse de hanche. Matériel médicalisé en place, reprise de la marche avec le kiné.",
    ],
    "Prévention des chutes": [
        "Deux chutes dans l’année. Passage en revue du logement et suivi des aménagements.",
        "Marche hésitante, peur de tomber. Atelier équilibre le mardi à la maison de quartier.",
    ],
    "Aide aux aidants": [
        "Son conjoint a besoin d’une présence constante. Répit de trois heures le jeudi après-midi.",
        "S’occupe de sa mère à domicile. Plateforme de répit contactée.",
    ],
    "Accompagnement social": [
        "Dossiers en cours : aide au logement, mutuelle. Lecture du courrier une fois par mois.",
        "Isolement depuis le déménagement. Souhaite reprendre une activité en groupe.",
    ],
}

# (level, words); the featured clients have their own below.
ALERTS = [
    ("warning", "Chien, gentil mais saute"),
    ("access", "Code 2580B, interphone « Gardien »"),
    ("access", "Clé chez la voisine du rez-de-chaussée"),
    ("warning", "Entend mal : frapper fort et attendre"),
    ("danger", "Oxygène à domicile : ne pas fumer"),
    ("warning", "Verglas dans l’allée par temps froid"),
    ("access", "Portillon à gauche, la sonnette ne marche pas"),
    ("danger", "Allergie à la pénicilline"),
]
RELATIONS = ["fille", "fils", "nièce", "voisine", "sœur", "médecin traitant", "infirmière", "petit-fils"]
GIVEN_NAMES = ["Anne", "Gwenaëlle", "Philippe", "Sylvie", "Nadège", "Laurent", "Sandrine", "Yann", "Corinne", "Mathieu"]

# Notes in free text.
FREE = [
    "{name} va bien ce matin, {they} avait déjà ouvert les volets et préparé le café. Le pilulier est vide jusqu’à "
    "hier soir, rien d’oublié. Le radiateur de la chambre reste froid : j’ai appelé le bailleur, passage prévu sous"
    " huit jours.",
    "Reçu{e} avec le sourire. {They} raconte le repas de dimanche chez ses enfants et s’est bien tenu{e} à table. "
    "Poids stable à 62,4 kg. Rien à signaler du côté des aides : les trois passages de la semaine ont eu lieu.",
    "Visite plus longue que prévu. {name} venait de recevoir un courrier de la caisse et pensait devoir rembourser."
    " C’était une simple attestation. Nous l’avons classée ensemble dans le porte-documents rouge.",
    "{They} dit mal dormir depuis le changement d’heure, se lève deux à trois fois. Pas de chute. Je propose de "
    "déplacer la veilleuse dans le couloir, {they} est d’accord. À revoir la semaine prochaine.",
    "Le réfrigérateur contenait deux plats périmés, jetés avec son accord. Le portage livre désormais le lundi et "
    "le jeudi : il manque un repas le dimanche. J’appelle le service demain pour ajouter un plateau.",
    "Appel de l’infirmière pendant ma visite : la plaie du talon évolue bien, pansement un jour sur deux. {name} "
    "est soulagé{e} et espère reprendre les promenades jusqu’au marché.",
    "Nous avons refait le tour de la salle de bain. Le tapis antidérapant est posé, la chaise de douche réglée à la"
    " bonne hauteur. {name} l’a essayée deux fois, tout habillé{e}, et se sent plus sûr{e}.",
    "{name} était encore en robe de chambre à onze heures et n’avait pas déjeuné. {They} dit « ne pas avoir le "
    "courage ». Son moral m’inquiète davantage que sa santé. J’en parle au médecin traitant aujourd’hui.",
    "La famille est passée samedi. Désaccord entre les enfants sur une entrée en résidence ; {name} répète vouloir "
    "rester ici. J’ai proposé une rencontre à quatre, au bureau ou chez {them}, dans les quinze jours.",
    "Essai de la téléassistance : bouton pressé, réponse en quarante secondes, son clair dans toutes les pièces "
    "sauf la cave. {name} accepte de le porter au poignet mais pas autour du cou.",
    "Passage rapide pour déposer les bons de transport. {name} a son rendez-vous d’ophtalmologie jeudi à 14 h 30, "
    "ambulance légère confirmée. {They} a bien noté l’heure sur le calendrier de la cuisine.",
    "L’auxiliaire de vie signale que {name} refuse la toilette le mardi. En parlant calmement, {they} explique "
    "avoir froid : le chauffage d’appoint est tombé en panne. Un radiateur a été prêté par l’association.",
    "Très bonne séance avec le kiné ce matin. {name} fait l’aller et retour du couloir sans s’arrêter, avec la "
    "canne. Objectif pour le mois prochain : la boîte aux lettres.",
    "{name} a reçu deux démarcheurs cette semaine pour l’isolation et a failli signer. Nous avons collé le papillon"
    " « pas de démarchage » sur la porte et noté le numéro de la mairie près du téléphone.",
    "Pesée : 51,2 kg, soit 1,8 kg de moins qu’à la dernière visite. Mange seul{e} devant la télévision, laisse la "
    "viande. Demande d’un avis de la diététicienne par le médecin. Compléments en attendant.",
    "Visite calme. Nous avons trié les médicaments : trois boîtes de l’ancien traitement rendues à la pharmacie. "
    "{name} connaît bien le nouveau, sait dire à quoi sert chaque comprimé.",
    "La voisine, qui a la clé, m’attendait sur le palier : {name} n’avait pas répondu hier soir. En fait, {they} "
    "s’était endormi{e} avec la radio. Plus de peur que de mal ; on convient d’un appel à 19 h chaque soir.",
    "{They} a retrouvé l’album photo dont {they} me parlait depuis un mois. Une heure à raconter l’école de la "
    "côte. Le moral est bien meilleur qu’en octobre, {they} parle même de revenir au club du mercredi.",
    "Dossier d’aide à l’adaptation du logement complété et signé. Il manque le devis du second artisan, promis pour"
    " vendredi. Je l’envoie dès réception, la commission se réunit le 12.",
    "Porte fermée à mon arrivée malgré le rendez-vous. {name} était chez le coiffeur et avait oublié. Nous avons "
    "fait le point sur le banc de la place, sans les papiers. {They} va bien, le genou tire un peu dans l’escalier.",
    "Le four ne s’éteint plus tout à fait. J’ai coupé la prise et prévenu le fils, qui passe ce soir. En attendant,"
    " {name} utilise le micro-ondes ; {they} sait s’en servir, vérifié ensemble.",
    "{name} souhaite changer l’heure de l’aide du matin : 9 h au lieu de 7 h 30. « Je ne suis pas du matin. » "
    "Demande transmise au planning, réponse attendue avant lundi.",
    "Point avec l’aidante principale, au téléphone puis sur place. Elle dort mal, n’a pas pris un jour depuis août."
    " Le répit du jeudi la soulage mais ne suffit pas. Je propose un séjour temporaire d’une semaine, elle y "
    "réfléchit.",
    "Une marche du perron s’est descellée. J’ai balisé avec une chaise et appelé la mairie, service proximité. "
    "{name} passe par le garage en attendant. Pas d’autre danger relevé.",
    "Tension prise par l’infirmière devant moi : 14/8. {name} dit avoir moins de vertiges depuis que le comprimé du"
    " soir a été supprimé. Marche sans s’appuyer aux meubles, ce que je n’avais pas vu depuis l’été.",
    "{name} a été content{e} de la sortie au marché de Noël avec les bénévoles. {They} a acheté du pain d’épices "
    "pour tout le monde. Fatigue le soir, mais bonne fatigue, dit-{they}.",
    "Le facteur a signalé du courrier qui s’accumule. En réalité la clé de la boîte est perdue. Double demandé au "
    "syndic. Nous avons ouvert trois lettres ensemble : rien d’urgent, une facture d’eau réglée en ligne.",
    "Visite au téléphone, à sa demande : {they} a un rhume et ne veut contaminer personne. Voix claire, pas de "
    "fièvre, boit et mange. Sa fille passe ce soir. Je rappelle demain matin.",
    "La chambre a été descendue au rez-de-chaussée par les neveux. L’espace est bon, le lit à la bonne hauteur, "
    "mais il manque une lampe à portée de main. Je l’apporte à la prochaine visite.",
    "{name} se plaint que « ce n’est jamais la même personne ». Cinq intervenantes en quinze jours, en effet. J’ai "
    "demandé au responsable de secteur de s’en tenir à deux, réponse promise cette semaine.",
    "Rien de particulier : {they} va bien, la maison est propre, le pilulier à jour. {They} m’a montré les "
    "géraniums rentrés pour l’hiver.",
    "L’appareil auditif est réparé. Quelle différence : {name} suit toute la conversation et rit. {They} redemande "
    "des nouvelles de l’atelier mémoire, inscription faite pour janvier.",
    "Accès à la cave encombré de cartons, ampoule grillée. {name} y descend pour le bois malgré l’escalier raide. "
    "Le petit-fils montera une réserve de bûches chaque samedi : {they} promet de ne plus y aller seul{e}.",
    "Entretien un peu tendu au début : {name} ne voulait pas d’un lit médicalisé. Après l’avoir essayé à la "
    "pharmacie, {they} accepte un mois d’essai. Livraison mardi entre 10 h et midi, je serai là.",
    "Préparation du passage de l’assistante sociale : {name} a listé ses questions, surtout sur le reste à charge. "
    "Nous avons réuni l’avis d’impôt et les relevés de pension.",
    "Le chat est malade et cela l’occupe beaucoup. J’ai appelé le vétérinaire solidaire, rendez-vous demain. Côté "
    "santé, rien de nouveau. L’aide-ménagère a laissé la cuisine impeccable.",
]

# Notes as SOAP: what the person says, what is seen, what is made of it, what comes next.
SOAP: list[Soap] = [
    (
        "Dit avoir glissé en sortant du bain la semaine dernière. Pas de douleur ce jour, mais préoccupé{e} à "
        "l’idée de recommencer.",
        "Marche sans aide. Tapis non fixé, retiré avec son accord. Pas de barre d’appui près de la baignoire.",
        "Risque de chute élevé tant que la salle de bain n’est pas équipée.",
        "Demande d’aide à l’adaptation du logement à déposer sous huit jours. Rappel par téléphone mercredi.",
    ),
    (
        "« Je tourne en rond depuis que le club est fermé. » Regrette les cartes du mardi.",
        "Habillé{e}, coiffé{e}, logement en ordre. Parle vite, les larmes aux yeux par moments.",
        "Isolement récent, moral en baisse sans signe de dépression installée.",
        "Inscription à l’atelier de la médiathèque, transport demandé. Point avec la fille vendredi.",
    ),
    (
        "Se dit moins essoufflé{e}, monte un étage sans s’arrêter.",
        "Chevilles moins gonflées. Poids 78,6 kg, soit 1,1 kg de moins en sept jours. Pilulier juste.",
        "Évolution favorable après la sortie d’hôpital.",
        "Pesée tous les lundis, noter sur la fiche. Appeler si plus de 2 kg en trois jours.",
    ),
    (
        "Ne comprend pas pourquoi l’aide du soir a changé d’heure. « Je dîne à dix-neuf heures, pas à dix-sept. »",
        "Deux plateaux non ouverts au réfrigérateur. Cahier de liaison non rempli depuis vendredi.",
        "L’horaire actuel ne convient pas : repas sautés.",
        "Demande de retour à 18 h 30 auprès du planning. Vérifier le cahier à la prochaine visite.",
    ),
    (
        "Douleur du genou droit « à six sur dix » le matin, moins l’après-midi.",
        "Descend l’escalier de côté, en tenant la rampe à deux mains. Genou non gonflé.",
        "Arthrose connue ; l’escalier devient le principal danger.",
        "Avis du médecin pour la kiné. Seconde rampe à chiffrer. Éviter la cave.",
    ),
    (
        "Sa femme lui demande la même chose toute la nuit, {they} ne dort plus. « Je craque, mais je ne le lui "
        "dirai pas. »",
        "Traits tirés, a perdu du poids. L’épouse est calme, bien tenue, la maison sûre.",
        "Aidant épuisé. Situation tenable quelques semaines, pas davantage.",
        "Accueil de jour le mardi et le jeudi, visite de l’établissement lundi. Numéro d’écoute remis.",
    ),
    (
        "« Tout va bien, vous pouvez venir moins souvent. »",
        "Logement propre, courses faites, médicaments pris. Sort chaque jour jusqu’au pain.",
        "Autonomie retrouvée. Le rythme actuel n’est plus nécessaire.",
        "Proposer un passage par mois au lieu de deux. À valider avec la responsable.",
    ),
    (
        "Dit avoir « la tête qui tourne » en se levant, surtout depuis le nouveau comprimé.",
        "Se tient au chambranle au lever. Boit très peu : une bouteille entamée depuis trois jours.",
        "Vertiges au lever, déshydratation possible, traitement récent à revoir.",
        "Médecin appelé devant {them}, passe ce soir. Verre d’eau à chaque repas, pichet posé sur la table.",
    ),
    (
        "Préoccupé{e} par la facture de chauffage : 412 € pour deux mois.",
        "17 °C dans le séjour, 14 °C dans la chambre. Fenêtres anciennes, courants d’air visibles au rideau.",
        "Précarité énergétique. Le froid pèse sur sa bronchite.",
        "Dossier de chèque énergie et conseil habitat. Couverture chauffante prêtée aujourd’hui.",
    ),
    (
        "Soulagé{e} du retour à la maison. Craint les nuits.",
        "Lit médicalisé réglé, barrière à gauche. Transfert avec une aide. Pansement propre.",
        "Retour bien préparé, reste la surveillance nocturne.",
        "Passage de nuit à 23 h pendant quinze jours. Réévaluer avec l’infirmière le 5.",
    ),
    (
        "« On m’a volé mon porte-monnaie. » Soupçonne l’aide-ménagère.",
        "Porte-monnaie retrouvé ensemble dans la boîte à pain. Cherche ses mots, répète la même histoire trois fois.",
        "Troubles de la mémoire plus marqués qu’en septembre.",
        "Consultation mémoire demandée. Prévenir la famille et l’équipe avec tact.",
    ),
    (
        "N’a pas faim, « rien n’a de goût ». Accepte les soupes.",
        "Poids 49,5 kg (52 kg en octobre). Dentier mal ajusté, gencive rouge.",
        "Dénutrition probable, en partie liée au dentier.",
        "Dentiste à domicile contacté. Repas enrichis dès demain. Pesée dans quinze jours.",
    ),
    (
        "Se réjouit du nouveau fauteuil. Demande s’il peut aller dans le jardin.",
        "Manœuvre bien à l’intérieur. Le seuil de la porte-fenêtre fait 4 cm.",
        "Bonne adaptation. Le seuil est le seul obstacle.",
        "Rampe amovible commandée. Essai du jardin avec le kiné la semaine prochaine.",
    ),
    (
        "Deux chutes cette semaine, sans blessure, « les jambes qui lâchent ».",
        "Se relève en quatre temps avec une chaise. Chaussons ouverts, remplacés.",
        "Chutes répétées, cause à chercher : nouveau traitement, pieds, vue.",
        "Médecin prévenu ce jour. Téléassistance urgente. Visite du logement avancée à jeudi.",
    ),
    (
        "Le fils parle à sa place. Seul{e} avec moi, dit vouloir garder ses comptes.",
        "Lit et comprend ses relevés, calcule juste. Le chéquier est chez le fils.",
        "Capacités présentes ; la volonté de la personne n’est pas suivie.",
        "Entretien avec le fils et {them} au bureau. Information sur l’habilitation familiale.",
    ),
    (
        "Content{e} de l’accueil de jour, « ils chantent bien ». Fatigué{e} au retour.",
        "S’endort pendant la visite. Bonne humeur. A mangé seul{e} le midi selon le cahier.",
        "Bénéfice net, rythme peut-être un peu soutenu.",
        "Garder deux jours, rentrer à 16 h plutôt qu’à 17 h 30. Revoir dans un mois.",
    ),
    (
        "Dit ne plus oser prendre la douche seul{e} depuis l’hospitalisation.",
        "Receveur haut de 22 cm, sans appui. Se lave au lavabo, la peau est saine.",
        "Peur fondée : l’installation n’est pas adaptée.",
        "Ergothérapeute le 3. Aide à la toilette deux fois par semaine d’ici là.",
    ),
    (
        "Voudrait revoir son frère, à quarante kilomètres. « Avant qu’il ne soit trop tard. »",
        "Se déplace avec le déambulateur, tient assis{e} deux heures sans gêne.",
        "Projet réaliste, qui compte beaucoup pour {them}.",
        "Transport accompagné un mardi, la bénévole est d’accord. Appeler la belle-sœur.",
    ),
    (
        "La voisine du dessus fait du bruit la nuit ; dit s’être disputé{e} avec elle.",
        "Logement calme à 10 h. Calepin rempli d’heures et de remarques. Repas et traitement en ordre.",
        "Conflit de voisinage, sans danger. Sommeil à surveiller.",
        "Médiation du bailleur demandée. Bouchons d’oreille essayés. Point dans quinze jours.",
    ),
    (
        "« Les comprimés, c’est ma fille qui gère. » La fille dit le contraire au téléphone.",
        "Pilulier : trois cases pleines sur sept. Deux ordonnances différentes sur la table.",
        "Traitement mal suivi, responsabilités floues entre proches.",
        "Passage d’une infirmière pour le pilulier. Ordonnances vérifiées par la pharmacie aujourd’hui.",
    ),
    (
        "A bien supporté le vaccin. Demande quand aura lieu la prochaine visite du médecin.",
        "Pas de fièvre, bras un peu raide. Tension relevée par l’infirmière : 13/7.",
        "Rien à signaler.",
        "Rendez-vous médecin le 9 à 11 h, noté au calendrier. Prochaine visite comme prévu.",
    ),
    (
        "Se plaint de l’odeur de gaz « certains soirs ».",
        "Aucune odeur ce jour. Tuyau du gaz périmé depuis 2024, robinet dur.",
        "Danger possible, à traiter sans attendre.",
        "Gaz fermé, fournisseur appelé : passage aujourd’hui avant 18 h. La fille dort ici ce soir.",
    ),
]

# What was proposed where a point of the home is not right, by the question's name.
SOLUTIONS = {
    "access": "Ampoule du palier à remplacer : demande faite au bailleur.",
    "door": "Serrure dure : graissée ce jour, serrurier du bailleur prévenu.",
    "passages": "Rallonge longée au mur, deux tapis retirés avec son accord.",
    "stairs": "Seconde rampe à poser : devis demandé à deux artisans.",
    "rugs": "Tapis du salon fixé par du double-face, descente de lit retirée.",
    "light": "Lampe tactile apportée, posée sur la table de nuit.",
    "height": "Rehausseurs sous le lit, 12 cm. Fauteuil à changer.",
    "call": "Téléassistance demandée, pose sous dix jours. Numéros en gros près du téléphone.",
    "rail": "Pose d’une barre coudée, demande d’aide à l’adaptation du logement.",
    "floor": "Tapis antidérapant posé dans la baignoire, modèle montré à la fille.",
    "toilet": "Cadre d’appui prêté pour un mois.",
    "reach": "Vaisselle descendue à hauteur d’épaule, escabeau rangé.",
    "cooker": "Tuyau de gaz périmé : robinet fermé, fournisseur appelé.",
    "food": "Tri fait ensemble, passage du vendredi pour vérifier les dates.",
    "medicines": "Pilulier hebdomadaire et tri des anciennes boîtes, rendues à la pharmacie.",
    "smoke": "Détecteur posé dans le couloir, testé devant la personne.",
    "wiring": "Multiprise qui chauffe retirée. Électricien à prévoir.",
    "heating": "Poêle arrêté, aération débouchée. Ramonage demandé en urgence.",
}
REMARKS = ["", "", "Logement bien tenu dans l’ensemble.",
           "Prévoir une visite en fin de journée pour juger de l’éclairage.",
           "La personne souhaite que sa fille soit prévenue des travaux."]  # fmt: skip
DECIDED = [
    "Rien à changer, prochain point dans un mois.",
    "Garder les passages actuels ; revoir l’heure du mardi.",
    "Ajouter une heure de ménage, à l’essai pendant un mois.",
    "Demande de portage de repas le week-end.",
    "Prendre rendez-vous avec le médecin, appeler la famille.",
    "Essai du déambulateur, retour dans quinze jours.",
]
WORSE = [
    "Marche moins, se fatigue en dix minutes.",
    "Mange peu et dort mal.",
    "Oublie les rendez-vous, cherche ses mots.",
]
MATTERS = [
    "Rester dans sa maison et garder le jardin.",
    "Pouvoir recevoir ses petits-enfants le dimanche.",
    "Ne dépendre de personne pour la toilette.",
    "Retourner au marché le samedi.",
    "Garder son chat.",
]
FIRST_STEPS = [
    "Téléassistance, portage de repas, visite de l’ergothérapeute.",
    "Passage quotidien de l’infirmière pendant trois semaines, puis à revoir.",
    "Aide au ménage le vendredi, kiné deux fois par semaine.",
]
FALLS = ["A trébuché sur le seuil, sans se blesser.", "A glissé dans la salle de bain, hématome à la hanche."]

# (score out of five, words); what clients said when asked at a visit.
FEEDBACK = [
    (5, "On m’écoute."),
    (5, "Toujours à l’heure et toujours gentille."),
    (4, "Très bien, mais c’est un peu court."),
    (5, ""),
    (4, "Ça me rassure de vous voir."),
    (3, "Ça va. J’aimerais que ce soit toujours la même personne."),
    (5, "Merci pour le dossier, je n’y serais pas arrivé{e} sans vous."),
    (4, ""),
    (2, "On m’avait promis une barre d’appui il y a un mois."),
    (5, "Elle explique bien, sans se presser."),
    (4, "Rien à redire, merci beaucoup."),
    (3, ""),
    (5, "Je me sens moins seul{e}."),
    (4, "Le nouvel horaire me convient mieux."),
    (1, "Personne n’est venu jeudi et personne n’a prévenu."),
    (5, "Continuez comme ça."),
    (4, "Il a pris le temps de regarder la salle de bain."),
    (3, "Trop de papiers à signer."),
]
ANGRY = 14  # the place of the one who wants to be called back
KIOSK_WORDS = [
    "Accueil très aimable, attente un peu longue.",
    "On m’a bien renseigné pour la carte de transport.",
    "Il fait froid dans la salle d’attente.",
    "La personne a pris le temps de tout relire avec moi, merci.",
    "Impossible de vous joindre au téléphone le lundi.",
    "Très bien.",
    "Il manque une chaise avec des accoudoirs.",
    "J’ai dû revenir deux fois pour le même papier.",
    "Merci pour le café !",
    "L’écran est facile à utiliser.",
    "Je ne savais pas à quelle porte aller.",
    "Pas assez de places pour se garer.",
    "Reçue tout de suite, j’ai été surprise.",
    "Le formulaire est écrit trop petit.",
]

# What supervisors wrote when they sent something back, and what the author then added.
ABOUT_THE_BATH = (
    "Pouvez-vous préciser la hauteur de la baignoire ? La commission la demande.",
    ("objective", "Rebord de baignoire à 58 cm."),
)
COMMENTS = [
    "Qui a été prévenu, et à quelle heure ? Merci de l’ajouter.",
    "Il manque ce qui est prévu d’ici la prochaine visite : qui fait quoi, et quand ?",
]
CALLED_BACK = (
    "Appelé{e} à 17 h 20, excuses présentées. "
    "Le remplacement n’avait pas été prévenu ; nouveau passage vendredi à 10 h."
)

# Why a visit did not take place.
REASONS = {
    "no_show": ["Porte close, personne au téléphone. La voisine l’a vu{e} partir en voiture.",
                "Absent{e} malgré le rendez-vous, parti{e} chez sa sœur."],
    "attempted": ["Sonné trois fois, volets fermés. Message laissé, la fille rappelle.",
                  "Interphone en panne, pas de réponse au téléphone."],
    "cancelled_by_client": ["Rendez-vous médical avancé au même moment.", "Grippé{e}, préfère reporter.",
                            "Reçoit sa famille, demande la semaine prochaine."],
    "cancelled_by_us": ["Coordinatrice en formation."],
}  # fmt: skip
